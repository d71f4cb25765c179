"""Every storm in its short form: does it run, and does what is promised hold?"""

import pytest

from tests.storm.parts import PARTS


@pytest.mark.parametrize("part", ["kill", "redis", "database", "carrier", "load"])
def test_no_text_is_lost_or_sent_twice(part: str) -> None:
    told: list[str] = []
    assert PARTS[part](told.append, 26, True), "\n".join(told)
    assert any("sent twice: 0" in line for line in told)
