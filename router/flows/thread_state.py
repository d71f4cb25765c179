"""A thread's state as rules see it, to its row and back."""

from datetime import datetime
from typing import Any

from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from rules.decision import DialogState, Prompt, Recent, ThreadState

_INSTANTS = ("replies", "answers", "guesses")


def pack_state(keys: TenantKeys, thread_id: str, state: ThreadState) -> dict[str, Any]:
    """The columns of `state`; what a dialog has heard is sealed."""
    dialog = state.dialog and keys.seal_json("thread.dialog", thread_id, _pack(state.dialog))
    prompt = state.prompt and {
        "code": state.prompt.code,
        "expires_at": state.prompt.expires_at.isoformat(),
    }
    return {
        "state": state.state,
        "team": state.team,
        "claimed": state.claimed,
        "flags": sorted(state.flags),
        "memory": _pack_memory(state),
        "tags": sorted(state.tags),
        "dialog": dialog,
        "prompt": prompt,
        "last_assignee": state.last_assignee,
    }


def unpack_state(keys: TenantKeys, row: AnyRow) -> ThreadState:
    """The state that a thread's row holds."""
    dialog = row.dialog and _unpack(keys.open_json("thread.dialog", row.id, row.dialog))
    prompt = row.prompt and Prompt(
        row.prompt["code"], datetime.fromisoformat(row.prompt["expires_at"])
    )
    memory = row.memory or {}
    return ThreadState(
        state=row.state,
        team=row.team,
        claimed=row.claimed,
        tags=frozenset(row.tags),
        dialog=dialog,
        prompt=prompt,
        last_activity_at=row.last_activity_at if row.state != "new" else None,
        last_assignee=row.last_assignee,
        flags=frozenset(row.flags),
        recent=Recent(**{name: _instants(memory.get(name, ())) for name in _INSTANTS}),
        hinted=frozenset(memory.get("hinted", ())),
        asked_back=memory.get("asked_back", False),
    )


def _pack_memory(state: ThreadState) -> dict[str, Any] | None:
    """What was said lately by itself; None where there is nothing to remember."""
    recent = {
        name: [instant.isoformat() for instant in getattr(state.recent, name)] for name in _INSTANTS
    }
    memory = recent | {"hinted": sorted(state.hinted), "asked_back": state.asked_back}
    return {name: value for name, value in memory.items() if value} or None


def _instants(written: list[str]) -> tuple[datetime, ...]:
    return tuple(datetime.fromisoformat(instant) for instant in written)


def _pack(dialog: DialogState) -> dict[str, Any]:
    return {
        "name": dialog.name,
        "step": dialog.step,
        "expires_at": dialog.expires_at.isoformat(),
        "misses": dialog.misses,
        "saved": dict(dialog.saved),
    }


def _unpack(packed: dict[str, Any]) -> DialogState:
    expires_at = datetime.fromisoformat(packed["expires_at"])
    return DialogState(**{**packed, "expires_at": expires_at})
