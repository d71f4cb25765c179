"""A tally in lines for people: what would go elsewhere first, with samples."""

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType
from zoneinfo import ZoneInfo

from router.cli.rules.replay.quoting import one_line
from router.flows.replay.replaying import Replay
from rules.replay.outcome import Aspect, Place
from rules.replay.tally import Change, Group, LeftOut, Tally

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "opt_out": "STOP",
        "opt_in": "START",
        "help": "HELP",
        "delete": "DELETE",
        "access": "a request for their data",
        "correct": "a request for a correction",
        "ambiguous": "a text in doubt",
    }
)
_ASPECTS: Mapping[Aspect, str] = MappingProxyType(
    {
        "keyword": "read as",
        "replies": "replies",
        "tags": "tags",
        "dialog": "dialog",
        "enrollment": "enrollment",
        "also": "besides",
    }
)
_LEFT_OUT: Mapping[LeftOut, str] = MappingProxyType(
    {
        "erased": "erased since, as their writers asked (some may have been older)",
        "number_gone": "to a number that the new rulebook does not have",
        "no_rule": "the code of a deletion, which no rulebook decides",
        "earlier_version": "recorded by an earlier version of Bellhop, which kept less",
        "later_version": "recorded by a later version of Bellhop",
        "rulebook_lost": "decided under a rulebook that this version does not load any more",
    }
)


def tell_people(replay: Replay, tally: Tally, zone: ZoneInfo) -> Iterator[str]:
    """The lines. Times are those of the tenant's zone."""
    since = f"{replay.since.astimezone(zone):%d %b %Y}".lstrip("0")
    told = "what was decided" if replay.against == "recorded" else "the rulebook in force"
    yield f"{replay.file} and {told}, over the texts since {since}"
    yield ""
    if not tally.compared:
        yield "No text could be compared."
    else:
        moved = f"{tally.moved:,}" if tally.moved else "none"
        yield f"{moved} of {_texts(tally.compared)} would go elsewhere: to another rule or team"
        yield from _groups(_moves(tally), zone)
    if tally.changed:
        yield f"{_texts(tally.changed)} would go where they went, and be dealt with differently"
        yield from _groups(_changes(tally), zone)
    if tally.same:
        yield f"{_texts(tally.same)} would be dealt with as before"
    yield from _notes(tally)


def _notes(tally: Tally) -> Iterator[str]:
    if tally.outdated:
        yield (
            f"{_texts(tally.outdated)} would be decided otherwise by this version of Bellhop than "
            "when they came, whatever the rulebook: both sides show what this version does"
        )
    for why, count in sorted(tally.left_out.items()):
        if count:
            yield f"left out: {_texts(count)}, {_LEFT_OUT[why]}"


def _moves(tally: Tally) -> Iterator[tuple[str, Group]]:
    moves = sorted(tally.moves.items(), key=lambda each: (-each[1].count, each[0]))
    width = max((len(_place(move.before)) for move, _ in moves), default=0)
    for move, group in moves:
        yield f"{_place(move.before):<{width}} → {_place(move.after)}", group


def _changes(tally: Tally) -> Iterator[tuple[str, Group]]:
    for change, group in sorted(tally.changes.items(), key=lambda each: (-each[1].count, each[0])):
        yield f"{_place(change.place)}: {_ASPECTS[change.aspect]} {_from_to(change)}", group


def _groups(groups: Iterable[tuple[str, Group]], zone: ZoneInfo) -> Iterator[str]:
    for title, group in groups:
        yield f"{group.count:>7,}  {title}"
        for sample in group.samples:
            at = f"{sample.at.astimezone(zone):%d %b %H:%M}"
            yield f"         {at}  {one_line(sample.text)}"
    yield ""


def _place(place: Place) -> str:
    return f"{_taker(place)} ({place.holder or 'nobody'})"


def _taker(place: Place) -> str:
    match place.by:
        case "rule":
            return place.name
        case "word":
            return _WORDS.get(place.name, place.name)
        case "nothing":
            return "nothing"
        case _:
            return f"{place.by} {place.name}"


def _from_to(change: Change) -> str:
    if change.aspect == "tags":
        gone = [f"-{tag}" for tag in change.before.split(", ") if tag]
        return " ".join([*gone, *(f"+{tag}" for tag in change.after.split(", ") if tag)])
    return f"{change.before or 'none'} → {change.after or 'none'}"


def _texts(count: int) -> str:
    return f"{count:,} text{'' if count == 1 else 's'}"
