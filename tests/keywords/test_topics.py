"""Opt-outs that are confined to a topic of the rulebook."""

import pytest

from keywords.classify import classify, names_no_topic
from keywords.reading import Meaning
from keywords.topics import NO_TOPICS, compile_topics

TOPICS = compile_topics(
    {
        "ads": ["ads", "promos", "promociones", "men's sale"],
        "menu": ["breakfast menu"],
        "events": ["event updates"],
        "spa": ["spa"],
    },
    codes=["SUMMIT26", "CLUB"],
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
        ("stop ads, start spa", ("ads",)),
        ("unsubscribe summit 26 please", ("SUMMIT26",)),
        ("STOP SUMMIT26. I never asked for this", ("SUMMIT26",)),
        ("stop texts about the spa", ("spa",)),
        ("stop texting me about the spa", ("spa",)),
        ("no more texts about ads", ("ads",)),
        ("cancel ads", ("ads",)),
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
        "No more ads, no more texts",
        "stop texts and ads",
        "stop ads and texts",
        "stop SUMMIT26 and unsubscribe me",
        "stop summit26, stop",
        "Stop spam ads unsubscribe",
        "unsubscribe me from ads and texts",
        "no more ads or any texts",
        "stop ads, texts",
        "stop sending ads and texting me",
        "stop ads pls and also all msgs",
        "no quiero promociones ni mensajes",
        "alto promociones y mensajes",
    ],
)
def test_an_opt_out_of_more_than_a_topic_concerns_everything(text: str) -> None:
    reading = classify(text, TOPICS)
    assert (reading.meaning, reading.topics) == (Meaning.OPT_OUT, ())


@pytest.mark.parametrize(
    "text",
    [
        "ads",
        "what is on the breakfast menu?",
        "stop the water",
        "START ads",
        "yes ads",
        "cancel my summit26 booking",
        "cancel my summit 26 hotel room",
        "stop by SUMMIT26 desk?",
        "end of SUMMIT26?",
        "ads end today?",
        "cancel my club sandwich",
        "stop the club music",
        "stop by the spa",
        "stop at the spa?",
        "can you stop the spa jets",
        "please cancel the breakfast menu for tonight",
        "cancel spa",
        "cancel breakfast menu",
        "quit club",
        "no spa today",
        "turn off the spa",
    ],
)
def test_a_topic_alone_is_no_opt_out(text: str) -> None:
    assert classify(text, TOPICS).meaning is not Meaning.OPT_OUT


def test_kinds_of_texts_end_everything_without_the_topic() -> None:
    assert classify("STOP ads").topics == ()
    assert classify("STOP ads").meaning is Meaning.OPT_OUT
    assert classify("STOP breakfast menu").meaning is Meaning.NONE


@pytest.mark.parametrize(
    "name",
    [
        *(
            "now",
            "texts",
            "all",
            "it",
            "please",
            "ok",
            "list",
            "mensajes",
            "all texts",
            "your texts",
        ),
        *("sms messages", "them all", "from you", "this number", "spam", "everything else", "help"),
        *("yes", "no", "thanks", "subscription", "alle Nachrichten", "vos messages"),
    ],
)
def test_a_word_for_every_text_is_no_topic_whatever_the_rulebook_says(name: str) -> None:
    assert names_no_topic(name)
    topics = compile_topics({"topic": [name]}, codes=[name])
    assert classify(f"STOP {name}", topics).topics == ()


@pytest.mark.parametrize("name", ["ads", "weekly menu", "ofertas", "reminders", "SUMMIT26"])
def test_a_kind_of_texts_may_be_a_topic(name: str) -> None:
    assert not names_no_topic(name)


def test_the_reason_shows_the_topic_as_written() -> None:
    assert classify("please stop sending me Promos", TOPICS).reason.endswith("me promos”")


def test_phrases_without_a_letter_name_nothing() -> None:
    assert compile_topics({"none": ["!", " "]}) == NO_TOPICS


def test_the_letter_of_the_marks_may_be_typed() -> None:
    assert classify("ꙮa ꙮb stop ads", TOPICS).meaning is Meaning.OPT_OUT
