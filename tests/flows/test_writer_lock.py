"""SQLite's writers wait for each other, and not for ever for one that is stopped."""

import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from router.store import engine
from router.store.engine import DatabaseDown, Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = Store(f"sqlite:///{tmp_path / 'rooms.sqlite'}")
    yield opened
    opened.close()


def test_a_writer_that_never_ends_is_an_outage_and_no_hang(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.1)
    other = os.open(tmp_path / "rooms.sqlite.lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(other, fcntl.LOCK_EX)
    with pytest.raises(DatabaseDown, match="another process"), store.write():
        pytest.fail("it was not alone")
    os.close(other)
    with store.write() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar_one() == 1
