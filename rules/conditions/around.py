"""The conditions that look at how and when a text came."""

from collections.abc import Mapping
from types import MappingProxyType

from rules.case import Case
from rules.conditions.kind import Kind, any_of, choice_kind, names_kind
from rules.file.scalars import read_choice
from rules.file.scope import Scope
from rules.file.shape import read_one_or_more
from rules.file.source import Node
from rules.schema import forms
from rules.times.hours import is_open

CHANNELS = ("sms", "whatsapp", "messenger", "rcs", "web")
MEDIA = ("any", "none", "image", "audio", "video", "file")
_NAMED_KINDS = ("image", "audio", "video")


def channel_of(address: str) -> str:
    """The channel that an address belongs to, by its prefix: sms where it has none."""
    prefix, separator, _ = address.partition(":")
    return prefix.lower() if separator else "sms"


def _read_languages(node: Node, scope: Scope) -> tuple[str, ...]:
    items = read_one_or_more(node, "language", scope)
    return tuple(read_choice(item, scope.languages, "language", scope) for item in items)


def _is_inside(names: tuple[str, ...], case: Case) -> bool:
    book = case.book
    return any(is_open(book.hours[name], case.facts.at, book.timezone) for name in names)


def _came_with(wanted: tuple[str, ...], case: Case) -> bool:
    kinds = {_kind_of(content_type) for content_type in case.facts.media}
    if "none" in wanted and not kinds:
        return True
    return bool(kinds) and ("any" in wanted or not kinds.isdisjoint(wanted))


def _kind_of(content_type: str) -> str:
    kind = content_type.partition("/")[0].lower()
    return kind if kind in _NAMED_KINDS else "file"


KINDS: Mapping[str, Kind] = MappingProxyType(
    {
        "to": names_kind(
            "The text came to one of these numbers.",
            "numbers",
            lambda names, case: case.facts.to in names,
            lambda names: f"it came to {any_of(names)}",
        ),
        "channel": choice_kind(
            "The text came by one of these channels.",
            "channel",
            CHANNELS,
            lambda channels, case: case.facts.channel in channels,
            lambda channels: f"it came by {any_of(channels)}",
        ),
        "language": Kind(
            "The text is in one of these languages.",
            _read_languages,
            lambda names, case: case.language in names,
            lambda names: f"its language is {any_of(names)}",
            form=forms.one_or_more(forms.shared("language")),
        ),
        "media": choice_kind(
            "Something of these kinds came with the text.",
            "media",
            MEDIA,
            _came_with,
            lambda kinds: f"what came with it is {any_of(kinds)}",
        ),
        "during": names_kind(
            "Any of these hours is open.",
            "hours",
            _is_inside,
            lambda names: f"{any_of(names)} is open",
        ),
        "outside": names_kind(
            "All of these hours are closed.",
            "hours",
            lambda names, case: not _is_inside(names, case),
            lambda names: f"{' and '.join(names)} is closed",
        ),
    }
)
