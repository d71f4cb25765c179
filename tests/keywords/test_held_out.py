"""The held-out texts are read at least as well as docs/keywords.md says."""

from pathlib import Path

import pytest

from bench.examining import TEXTS, mark, ours, read_set


@pytest.mark.parametrize(
    ("name", "opt_outs", "all_right"), [("held_out_1.tsv", 85, 368), ("held_out_2.tsv", 74, 340)]
)
def test_held_out_texts_are_read_as_well_as_said(name: str, opt_outs: int, all_right: int) -> None:
    marks = mark(read_set(Path(TEXTS) / name), ours)
    assert marks.share("opt_out")[0] >= opt_outs
    assert marks.share()[0] >= all_right
    assert marks.false_opt_outs <= 1
