"""Single values, typed by the schema. A value that does not fit is noted; a dummy stands in for it.

A book with an error is never used, so that the dummies never act.
"""

import re
from collections.abc import Collection
from datetime import date, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

from rules.file.scope import Scope
from rules.file.source import Node, Scalar

ID = re.compile(r"[a-z0-9][a-z0-9-]*\Z")
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*\Z")
ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?\Z")
E164 = re.compile(r"\+[1-9]\d{6,14}\Z", re.ASCII)
SHORT_CODE = re.compile(r"\d{3,8}\Z", re.ASCII)
SERVICE = re.compile(r"MG[0-9a-fA-F]{32}\Z")
DURATION = re.compile(r"(\d{1,5})\s?([mhd])\Z", re.ASCII)
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
COUNT = re.compile(r"\d{1,7}\Z", re.ASCII)
ZONE = re.compile(r"(?!posix/|right/)[A-Za-z]+(/[A-Za-z0-9_+-]+)*\Z")
_NO_ZONES = frozenset({"localtime", "posixrules", "Factory"})  # files beside the zones
DAY = re.compile(r"\d{4}-\d{2}-\d{2}\Z", re.ASCII)
SPELLINGS = ("true", "True", "TRUE", "false", "False", "FALSE")
NO_DAY = date(2000, 1, 1)
"""Stands in for a day that is none."""


def read_text(node: Node, what: str, scope: Scope) -> str:
    """A text that is not empty."""
    if not isinstance(node, Scalar):
        scope.add("BH204", node, f"{what} must be a single text")
        return ""
    if not node.text.strip():
        scope.add("BH205", node, f"{what} must not be empty")
    return node.text


def read_sentence(node: Node, what: str, scope: Scope) -> str:
    """A text that people write or read: of several words, it must not have been cut at ` #`."""
    text = read_text(node, what, scope)
    if isinstance(node, Scalar) and node.cut and len(text.split()) > 1:
        scope.add("BH410", node, f"{what} ends before ` #`, which begins a comment; quote the text")
    return text


def read_pattern(node: Node, pattern: re.Pattern[str], what: str, scope: Scope) -> str:
    """A text of the given form; `what` says which."""
    text = read_text(node, what, scope)
    if text.strip() and not pattern.match(text):
        scope.add("BH206", node, f"'{text}' is not {what}")
    return text


def read_choice(node: Node, allowed: Collection[str], what: str, scope: Scope) -> str:
    """One of the allowed words."""
    text = read_text(node, what, scope)
    if allowed and text.strip() and text not in allowed:
        hint = scope.suggest(text, allowed)
        scope.add("BH207", node, f"{what} is one of {_listed(allowed)}, not '{text}'{hint}")
    return text


def read_truth(
    node: Node, what: str, scope: Scope, allowed: tuple[str, ...] = ("true", "false")
) -> bool:
    """true or false, in each of the ways in which YAML writes them."""
    if isinstance(node, Scalar) and node.text in SPELLINGS and node.text.lower() in allowed:
        return node.text.lower() == "true"
    return read_choice(node, allowed, what, scope) != "false"


def _listed(names: Collection[str], most: int = 20) -> str:
    shown = list(islice(names, most))
    return ", ".join([*shown, "…"] if len(names) > most else shown)


def read_count(node: Node, what: str, scope: Scope, *, least: int = 1) -> int:
    """A whole number of at least `least`."""
    text = read_text(node, what, scope)
    if COUNT.match(text) and int(text) >= least:
        return int(text)
    if text.strip():
        scope.add("BH206", node, f"{what} must be a whole number from {least} on, not '{text}'")
    return least


def read_duration(node: Node, what: str, scope: Scope) -> timedelta:
    """A length of time: a number with m, h or d."""
    text = read_text(node, what, scope)
    length = parse_duration(text)
    if length is None and text.strip():
        scope.add(
            "BH206", node, f"{what} must be a number with m, h or d such as 10m, not '{text}'"
        )
    return length or timedelta(minutes=1)


def parse_duration(text: str) -> timedelta | None:
    """A length of time as it is written, `30d`; None where it is none."""
    found = DURATION.match(text)
    if found and int(found[1]):
        return timedelta(**{_UNITS[found[2]]: int(found[1])})
    return None


def read_day(node: Node, what: str, scope: Scope) -> date:
    """A day of the calendar, as YYYY-MM-DD."""
    text = read_text(node, what, scope)
    try:
        if DAY.match(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    if text.strip():
        scope.add("BH206", node, f"{what} must be a day such as 2026-12-25, not '{text}'")
    return NO_DAY


def read_zone(node: Node, scope: Scope) -> ZoneInfo:
    """A time zone by its IANA name."""
    text = read_text(node, "timezone", scope)
    try:
        if ZONE.match(text) and text not in _NO_ZONES:
            return ZoneInfo(text)
    except (KeyError, OSError, ValueError):
        pass
    if text.strip():
        scope.add("BH206", node, f"'{text}' is no time zone such as America/Chicago")
    return ZoneInfo("UTC")
