"""Rules, and branches of `any`, that no text can match: their conditions exclude one another."""

from collections.abc import Iterator

from rules.file.scope import Scope
from rules.lint.line_up import LineUp, Stand
from rules.model import Condition
from rules.proving.forms import Form
from rules.proving.prover import Prover


def check_possible(lined_up: LineUp, prover: Prover, scope: Scope) -> None:
    """Note each rule that no text can match, and each part of an `any` likewise."""
    for stand in (*lined_up.protect, *lined_up.enrich, *lined_up.routes):
        if stand.form is None:
            continue
        if clash := prover.clash(stand.form) or _tags_of_a_new_thread(stand):
            scope.add("BH426", clash[-1], f"no text can match this rule: {_say(clash)}")
            continue
        for clash in filter(None, map(prover.clash, _branches(stand, prover))):
            scope.add("BH426", clash[-1], f"no text can match this part of `any`: {_say(clash)}")


def _branches(stand: Stand, prover: Prover) -> Iterator[Form]:
    """What each part of an `any` asks for, with all that stands beside it."""
    match = stand.rule.match
    for condition in match:
        if condition.key == "any":
            rest = prover.form(each for each in match if each is not condition)
            yield from ((*rest, *prover.form(branch)) for branch in condition.value)


def _tags_of_a_new_thread(stand: Stand) -> tuple[Condition, ...]:
    """Before `enrich` has run, a new thread has no tags."""
    match = stand.rule.match
    new = next((one for one in match if one.key == "thread" and set(one.value) == {"new"}), None)
    tag = next((one for one in match if one.key == "tag"), None)
    return (new, tag) if new and tag and stand.rule.section == "protect" else ()


def _say(clash: tuple[Condition, ...]) -> str:
    if len(clash) == 1:
        return f"`{clash[0].key}` never holds"
    one, other = clash
    return f"`{one.key}` in line {one.line} and `{other.key}` exclude one another"
