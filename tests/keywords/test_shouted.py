"""A STOP in capitals and one more word."""

import pytest

from keywords.classify import classify
from keywords.reading import Meaning


@pytest.mark.parametrize("text", ["STOPADS", "STOP SUMIT26", "STOPTEXTS", "STOP WEEKLYX"])
def test_a_stop_with_one_unknown_word_in_capitals_is_in_doubt(text: str) -> None:
    assert classify(text).meaning is Meaning.AMBIGUOUS


@pytest.mark.parametrize("text", ["STOPWATCH", "Stop 12", "stop sumit26", "BUS STOP", "STOPOVER"])
def test_other_words_beside_a_stop_are_in_no_doubt(text: str) -> None:
    assert classify(text).meaning is Meaning.NONE
