"""Texts that a machine wrote in the person's name."""

import pytest

from keywords.classify import classify
from keywords.reading import Meaning


@pytest.mark.parametrize(
    "text",
    [
        "Liked “Reply STOP to opt out”",
        'Reacted 👍 to "Reply STOP to opt out"',
        "Removed a heart from “Text STOP to end”",
        "Liked an image",
    ],
)
def test_a_reaction_says_nothing(text: str) -> None:
    reading = classify(text)
    assert (reading.meaning, reading.automatic) == (Meaning.NONE, "tapback")


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving with Do Not Disturb While Driving turned on. I'll see your message later.",
        "I'm driving. I'll reply when I arrive.",
        "Auto-reply: stop texting this number, it is not monitored",
        "This is an automated response. Unsubscribe me is not read here.",
        "Out of office until Monday",
        "This mailbox is not monitored.",
        "Thanks for contacting us! Reply STOP to unsubscribe, HELP for help.",
    ],
)
def test_an_auto_reply_opts_nobody_out(text: str) -> None:
    reading = classify(text)
    assert (reading.meaning, reading.automatic) == (Meaning.NONE, "auto_reply")


@pytest.mark.parametrize(
    "text",
    [
        "I'm driving, be there at 5",
        "I'll be out of the office but my wife can sign",
        "Stop texting me, I'm driving",
        "thanks for texting back",
        "liked",
        'para"',
        "Liked “”",
    ],
)
def test_a_persons_own_text_is_not_automatic(text: str) -> None:
    assert classify(text).automatic is None


@pytest.mark.parametrize(
    "text",
    [
        "Out of office. Stop texting me",
        "I'm driving with Do Not Disturb turned on. Please stop texting me!",
    ],
)
def test_an_opt_out_beside_the_wording_of_an_auto_reply_is_in_doubt(text: str) -> None:
    reading = classify(text)
    assert (reading.meaning, reading.automatic) == (Meaning.AMBIGUOUS, "auto_reply")
