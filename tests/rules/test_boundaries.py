r"""`\b` beside letters that RE2 does not count: found wherever it may come to stand there."""

import pytest

from rules.boundaries import has_lost_boundary
from rules.patterns import compile_pattern


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bécole", r"niñ\b", r"\bcafé\b", r"[äö]\b", r"\B[aé]", r"\b\x{e9}", r"[\x{e9}x]\b",
        r"\b\pL", r"\b\p{Greek}+", r"[\p{Lu}]\b", r"\b(?:tea|été)", r"(tea|été)\b", r"\bé?cole",
        r"(?:a|\bé)", r"(é|x)?\b", r"\b(x|)é", r"é{2}\b", r"(é\b)*", r"\Qé\E\b", "\\be\u0301",
        r"(?i)\bé", r"(?P<name>é)\b", r"[]é]\b",
    ],
)  # fmt: skip
def test_a_boundary_that_is_lost_is_found(pattern: str) -> None:
    compile_pattern(pattern)
    assert has_lost_boundary(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        r"\bfolio\s*#?\d{4,6}\b", r"\bcafé ole\b", r"é", r"\\bé", r"\B[^ä]", r"\b\pN",
        r"\b\PL", r"(é|x)y\b", r"(é\s)*\b", r"\b(?:x|y)é", r"\Q\b\Eé", r"\btea|été", r"\b#é",
    ],
)  # fmt: skip
def test_a_boundary_beside_other_characters_is_fine(pattern: str) -> None:
    assert not has_lost_boundary(pattern)


def test_such_a_boundary_finds_nothing() -> None:
    assert not compile_pattern(r"\bécole\b").occurs("une école")
    assert compile_pattern(r"(^|\PL)école(\PL|$)").occurs("une école")
