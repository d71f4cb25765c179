"""The spool: texts that came by the fallback while the database was down, sealed and on disk.

One file a text, named by when it was heard, so that they drain in order; written, fsynced and
renamed before the carrier is told that we have it.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from router.carrier.api import Inbound, Media
from router.flows.detours import Detour
from router.flows.ripples import Ripples
from router.flows.world import World
from router.store.disk import sync_folder
from router.store.ids import new_id

PURPOSE = "spool"
HALF_WRITTEN_SECONDS = 3600.0  # no text takes so long to be written

log = structlog.get_logger()


def spool(world: World, inbound: Inbound) -> None:
    """Keep a text until the database is back. OSError where the disk does not take it."""
    folder = _folder(world)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    heard_at = inbound.sent_at or world.now()
    packed = asdict(inbound) | {"sent_at": heard_at.isoformat()}
    sealed = world.vault.seal_file(PURPOSE, json.dumps(packed).encode())
    path = folder / f"{new_id()}.sealed"
    fresh = path.with_suffix(".new")
    try:
        with fresh.open("wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        fresh.rename(path)
    except OSError:
        fresh.unlink(missing_ok=True)  # the carrier is told that we do not have it
        raise
    sync_folder(folder)


def drain_spool(world: World, most: int | None = None) -> Ripples:
    """Take in what was spooled, or `most` of it, oldest first; a file goes once its text is in the
    database, or what its writer has had erased since.

    A file that cannot be read (another MASTER_KEY, say) is passed over and stays for the next look;
    it holds up no other. Raises DatabaseDown where the database is still away.
    """
    detour = Detour(world)
    _clear_away(world)
    for path in _waiting(world):
        if most is not None and detour.dealt_with >= most:
            break
        text = _read(world, path)
        if text is not None and detour.take_in(text):
            path.unlink(missing_ok=True)
    if detour.lost:
        log.warning("spooled_texts_wait_for_a_rulebook", texts=detour.lost)
    return detour.ripples


def spooled(world: World) -> tuple[int, float]:
    """How many texts wait in the spool of this machine, and how long the oldest one, in seconds."""
    waiting = list(_waiting(world))
    try:
        since = waiting[0].stat().st_mtime if waiting else time.time()
    except FileNotFoundError:  # a clock has just taken it in
        since = time.time()
    return len(waiting), max(0.0, time.time() - since)


def _read(world: World, path: Path) -> Inbound | None:
    try:
        return _inbound(json.loads(world.vault.open_file(PURPOSE, path.read_bytes())))
    except FileNotFoundError:  # another clock has taken it in meanwhile
        return None
    except Exception as error:  # noqa: BLE001 (whatever it is, the texts behind it must go on)
        log.warning("spooled_text_passed_over", file=path.name, error=type(error).__name__)
        return None


def _clear_away(world: World) -> None:
    """Remove what a process that was killed left half written: nobody was told that we have it."""
    for path in _folder(world).glob("*.new"):
        with suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > HALF_WRITTEN_SECONDS:
                path.unlink()


def _waiting(world: World) -> Iterator[Path]:
    yield from sorted(_folder(world).glob("*.sealed"))


def _folder(world: World) -> Path:
    return world.settings.data_dir / "spool"


def _inbound(packed: dict[str, Any]) -> Inbound:
    media = tuple(Media(**medium) for medium in packed.pop("media"))
    sent_at = datetime.fromisoformat(packed["sent_at"]) if packed.get("sent_at") else None
    return Inbound(**{**packed, "media": media, "received_late": True, "sent_at": sent_at})
