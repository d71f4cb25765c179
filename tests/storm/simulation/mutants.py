"""Seven faults that the program does not have: each is put into the real modules for a while."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from types import MappingProxyType, ModuleType, SimpleNamespace

from sqlalchemy import null
from sqlalchemy.sql.visitors import replacement_traverse

from router.carrier import answers, wire
from router.carrier.errors import classify
from router.flows.sending import claims, conclusions, doubts, outcomes, ready, settle


@contextmanager
def _put(module: ModuleType | type, name: str, instead: object) -> Iterator[None]:
    real = getattr(module, name)
    setattr(module, name, instead)
    try:
        yield
    finally:
        setattr(module, name, real)


def _blind_resend() -> AbstractContextManager[None]:
    """What became of it is not known: it is sent again at once."""
    real = outcomes._settle

    def settled(*given: object, **values: object) -> bool:
        if values.get("state") == "unknown":
            values["state"] = "queued"
        return real(*given, **values)

    return _put(outcomes, "_settle", settled)


def _blind_resend_on_5xx() -> AbstractContextManager[None]:
    """The carrier's 5xx is taken for a promise that nothing was sent."""

    def judged(code: int | None, http_status: int | None) -> str:
        is_server_error = http_status is not None and http_status >= 500
        return "delay" if is_server_error else classify(code, http_status)

    return _put(answers, "classify", judged)


@contextmanager
def _no_grace() -> Iterator[None]:
    """The carrier's log is asked and believed at once, although it lags."""
    at_once = timedelta(0)
    with (
        _put(doubts, "grace_of", lambda settings: at_once),
        _put(settle.Log, "standing", lambda *_: ("proven", at_once)),
    ):
        yield


def _no_token() -> AbstractContextManager[None]:
    """Every attempt has the same token, so that none can be told from an earlier one."""
    return _put(claims, "secrets", SimpleNamespace(token_hex=lambda size: "0" * 2 * size))


def _no_head_of_line() -> AbstractContextManager[None]:
    """A text does not wait for those before it."""

    def forget(element: object, **_given: object) -> object | None:
        return null() if element is ready._HOLDS_IT_UP else None

    return _put(ready, "_READY", replacement_traverse(ready._READY, {}, forget))


def _no_sid_uniqueness() -> AbstractContextManager[None]:
    """A text in the log is taken for ours although another of ours bears its SID."""
    return _put(conclusions, "_unclaimed", lambda *given: given[-1])


def _no_deadline_check() -> AbstractContextManager[None]:
    """A request is written however late it is."""

    def written(followed: wire.Exchange) -> None:
        followed.is_written = True

    return _put(wire.Exchange, "mark_written", written)


MUTANTS: MappingProxyType[str, Callable[[], AbstractContextManager[None]]] = MappingProxyType(
    {
        "blind resend": _blind_resend,
        "blind resend on 5xx": _blind_resend_on_5xx,
        "no grace": _no_grace,
        "no token": _no_token,
        "no head-of-line": _no_head_of_line,
        "no SID uniqueness": _no_sid_uniqueness,
        "no deadline check": _no_deadline_check,
    }
)
