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
        for form in (stand.form, *_branches(stand, prover)):
            clash = prover.clash(form) or _tags_of_a_new_thread(stand, form)
            if clash:
                scope.add("BH426", clash[-1], f"no text can match: {_say(clash)}")
                break


def _branches(stand: Stand, prover: Prover) -> Iterator[Form]:
    """What each part of an `any` asks for, with all that stands beside it."""
    match = stand.rule.match
    for condition in match:
        if condition.key == "any":
            rest = prover.form(each for each in match if each is not condition)
            yield from ((*rest, *prover.form(branch)) for branch in condition.value)


def _tags_of_a_new_thread(stand: Stand, form: Form) -> tuple[Condition, ...]:
    """Before `enrich` has run, a new thread has no tags."""
    new = next((c for c in form if c.key == "thread" and c.value == ("new",)), None)
    tag = next((c for c in form if c.key == "tag"), None)
    return (new, tag) if new and tag and stand.rule.section == "protect" else ()


def _say(clash: tuple[Condition, ...]) -> str:
    if len(clash) == 1:
        return f"`{clash[0].key}` never holds"
    one, other = clash
    return f"`{_name(one)}` in line {one.line} and `{_name(other)}` exclude one another"


def _name(condition: Condition) -> str:
    return "not" if condition.key == "not" else condition.key
