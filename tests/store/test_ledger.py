"""The ledger: what was written stays readable, whatever a crash has left at its end."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from router.store.ledger import Ledger

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    """A ledger with one opt-out."""
    ledger = Ledger(tmp_path / "ledger.jsonl")
    ledger.append(NOW, "t", "suppressed", b"\x01")
    return ledger


def lookups(ledger: Ledger) -> list[str]:
    return [entry.lookup for entry in ledger.entries()]


@pytest.mark.parametrize("cut_bytes", range(2, 90, 11))
def test_an_entry_after_a_torn_line_is_kept(ledger: Ledger, cut_bytes: int) -> None:
    ledger.append(NOW, "t", "suppressed", b"\x02")
    ledger.path.write_bytes(ledger.path.read_bytes()[:-cut_bytes])
    ledger.append(NOW, "t", "suppressed", b"\x03")
    ledger.append(NOW, "t", "suppressed", b"\x04")
    assert lookups(ledger) == ["01", "03", "04"]
    assert b"\n\n" not in ledger.path.read_bytes()


def test_an_entry_that_lacks_only_its_newline_is_kept(ledger: Ledger) -> None:
    ledger.path.write_bytes(ledger.path.read_bytes().removesuffix(b"\n"))
    ledger.append(NOW, "t", "suppressed", b"\x02")
    assert lookups(ledger) == ["01", "02"]


@pytest.mark.parametrize("spoilt", [b"\xff\xfe\x00\n", b"[1, 2]\n", b'{"at": 1}\n', b"7\n"])
def test_a_line_that_is_no_entry_is_passed_over(ledger: Ledger, spoilt: bytes) -> None:
    with ledger.path.open("ab") as file:
        file.write(spoilt)
    ledger.append(NOW, "t", "suppressed", b"\x02")
    assert lookups(ledger) == ["01", "02"]
