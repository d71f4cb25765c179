"""Logs: JSON lines of an event's name and ids. Never a text, an address or a code.

What libraries log is cut down to where it was logged, since their messages may hold anything.
"""

import json
import logging
import sys
import threading
import traceback
from datetime import UTC, datetime
from typing import Any

import structlog

TRUSTED_LOGGERS = ("_granian", "granian", "rq")  # their messages hold process and job ids only

log = structlog.get_logger()


def leave_stdout_alone() -> None:
    """Have what a command logs go to stderr: its stdout may be read by a program."""
    structlog.configure(logger_factory=lambda *_: structlog.PrintLogger(sys.stderr))


def set_up_logs(process: str, *, level: int = logging.INFO) -> None:
    """Write every log line of this process as JSON to stderr, marked with `process`; what ends a
    thread of it, too.
    """
    structlog.configure(
        processors=[
            _mark_with(process),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="at"),
            _name_exception,
            structlog.processors.JSONRenderer(sort_keys=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(LibraryFormatter(process))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)

    def tell_death(death: threading.ExceptHookArgs) -> None:
        if not issubclass(death.exc_type, SystemExit):
            error = death.exc_value or death.exc_type.__name__
            log.error("thread_died", process=process, error=error)

    threading.excepthook = tell_death


def describe_error(error: BaseException) -> str:
    """The error's type and the place it was raised at, without its message."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {frames[-1].filename}:{frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


class LibraryFormatter(logging.Formatter):
    """A library's record as a JSON line: its place, its template, its error's type."""

    def __init__(self, process: str) -> None:
        super().__init__()
        self._process = process

    def format(self, record: logging.LogRecord) -> str:
        """The line for one record."""
        line = {
            "event": "library",
            "process": self._process,
            "logger": record.name,
            "level": record.levelname.lower(),
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "where": f"{record.module}:{record.lineno}",
            **_words(record),
        }
        return json.dumps(line)


def _words(record: logging.LogRecord) -> dict[str, str]:
    words: dict[str, str] = {}
    if record.name.split(".")[0] in TRUSTED_LOGGERS:
        words["message"] = record.getMessage().partition("\n")[0]
    elif record.args:
        words["template"] = str(record.msg)
    if record.exc_info and record.exc_info[1] is not None:
        words["error"] = describe_error(record.exc_info[1])
    return words


def _mark_with(process: str) -> structlog.typing.Processor:
    """Also lines of other threads, to which context variables do not come."""

    def mark(_logger: object, _method: str, event: Any) -> Any:
        return {"event": event.pop("event"), "process": process, **event}

    return mark


def _name_exception(_logger: object, _method: str, event: Any) -> Any:
    error = event.pop("error", None)
    if isinstance(error, BaseException):
        event["error"] = describe_error(error)
    elif error is not None:
        event["error"] = error
    event.pop("exc_info", None)
    return event
