"""A tally as objects for programs, one a line: moves, changes, and a summary at the end."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from router.cli.rules.replay.quoting import one_line
from router.flows.replay.replaying import Replay
from rules.replay.tally import Group, Tally


def tell_programs(replay: Replay, tally: Tally) -> Iterator[dict[str, Any]]:
    """The objects; groups with the most texts come first. Times are ISO 8601, UTC."""
    for move, group in sorted(tally.moves.items(), key=lambda each: (-each[1].count, each[0])):
        places = {"from": asdict(move.before), "to": asdict(move.after)}
        yield {"kind": "move", **places, **_counted(group)}
    for change, group in sorted(tally.changes.items(), key=lambda each: (-each[1].count, each[0])):
        told = {"place": asdict(change.place), "what": change.aspect}
        yield {"kind": "change", **told, "from": change.before, "to": change.after} | _counted(
            group
        )
    yield {
        "kind": "summary",
        "tenant": replay.tenant_id,
        "file": replay.file,
        "hash": replay.hash,
        "since": replay.since.isoformat(),
        "against": replay.against,
        "texts": tally.compared,
        "moved": tally.moved,
        "changed": tally.changed,
        "same": tally.same,
        "outdated": tally.outdated,
        "left_out": {why: count for why, count in sorted(tally.left_out.items()) if count},
    }


def _counted(group: Group) -> dict[str, Any]:
    samples = [
        {"message": one.message_id, "at": one.at.isoformat(), "text": one_line(one.text)}
        for one in group.samples
    ]
    return {"texts": group.count, "samples": samples}
