"""Opt-outs that are confined to a topic of the rulebook."""

import pytest

from keywords.classify import classify
from keywords.reading import Meaning
from keywords.topics import NO_TOPICS, compile_topics

TOPICS = compile_topics(
    {
        "ads": ["ads", "promos", "promociones", "men's sale"],
        "menu": ["breakfast menu"],
        "events": ["event updates"],
        "SUMMIT26": ["SUMMIT26"],
    }
)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("STOP ads", ("ads",)),
        ("stop the ads please", ("ads",)),
        ("stop sending me ads", ("ads",)),
        ("stop texting me about ads", ("ads",)),
        ("no more promos", ("ads",)),
        ("baja promociones", ("ads",)),
        ("stpo ads", ("ads",)),
        ("S T O P ads", ("ads",)),
        ("stop mens sale", ("ads",)),
        ("STOP ads. I never asked for them", ("ads",)),
        ("STOP breakfast menu", ("menu",)),
        ("STOP SUMMIT26", ("SUMMIT26",)),
        ("stop summit-26", ("SUMMIT26",)),
        ("unsubscribe me from event updates", ("events",)),
        ("stop ads, event updates and promos", ("ads", "events")),
    ],
)
def test_an_opt_out_whose_whole_object_is_a_topic_is_confined(
    text: str, topics: tuple[str, ...]
) -> None:
    reading = classify(text, TOPICS)
    assert (reading.meaning, reading.topics) == (Meaning.OPT_OUT, topics)


@pytest.mark.parametrize(
    "text",
    [
        "stop ads and everything else",
        "STOP. no ads",
        "stop all texts and ads",
        "stop texting me",
        "I like the ads, but stop texting me",
    ],
)
def test_an_opt_out_of_more_than_a_topic_concerns_everything(text: str) -> None:
    reading = classify(text, TOPICS)
    assert (reading.meaning, reading.topics) == (Meaning.OPT_OUT, ())


@pytest.mark.parametrize(
    "text", ["ads", "what is on the breakfast menu?", "stop the water", "START ads", "yes ads"]
)
def test_a_topic_alone_is_no_opt_out(text: str) -> None:
    assert classify(text, TOPICS).meaning is not Meaning.OPT_OUT


def test_kinds_of_texts_end_everything_without_the_topic() -> None:
    assert classify("STOP ads").topics == ()
    assert classify("STOP ads").meaning is Meaning.OPT_OUT
    assert classify("STOP breakfast menu").meaning is Meaning.NONE


def test_the_reason_shows_the_topic_as_written() -> None:
    assert classify("please stop sending me Promos", TOPICS).reason.endswith("me promos”")


def test_phrases_without_a_letter_name_nothing() -> None:
    assert compile_topics({"none": ["!", " "]}) == NO_TOPICS


def test_the_letter_of_the_marks_may_be_typed() -> None:
    assert classify("ꙮa ꙮb stop ads", TOPICS).meaning is Meaning.OPT_OUT
