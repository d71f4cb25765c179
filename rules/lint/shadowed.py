"""Rules that no text reaches, since a rule above takes every text of theirs."""

from rules.file.scope import Scope
from rules.lint.line_up import LineUp, Stand
from rules.lint.takers import Takers
from rules.model import Rule
from rules.proving.forms import Form
from rules.proving.prover import Prover


class Above:
    """What takes texts before a rule of `routes` is asked, while these are gone through."""

    def __init__(self, lined_up: LineUp, prover: Prover) -> None:
        self._enrich = len(lined_up.enrich)
        self._protect, self._routes = Takers(prover), Takers(prover)
        for stand in lined_up.protect:
            self._protect.add(stand)

    def add(self, stand: Stand) -> None:
        """Go on to the rule below this one."""
        self._routes.add(stand)

    def taker_of(self, form: Form, asked: Stand) -> Rule | None:
        """The rule that takes every text which meets `form` as `asked` has its turn.

        Tags and attributes may have changed in between: by `enrich`, by routes that went on.
        """
        acted = self._enrich + asked.turns
        return self._protect.first(form, lambda one: bool(acted) and one.looks_at_marks) or (
            self._routes.first(form, lambda one: one.looks_at_marks and one.turns < asked.turns)
        )


def check_reachable(lined_up: LineUp, prover: Prover, scope: Scope) -> None:
    """Note each rule whose every text a rule above takes, and by which."""
    protecting, above = Takers(prover), Above(lined_up, prover)
    for stand in lined_up.protect:
        if stand.form is not None and not prover.clash(stand.form):
            _note(stand, protecting.first(stand.form, lambda _: False), scope)
        protecting.add(stand)
    for stand in lined_up.routes:
        if stand.form is not None and not prover.clash(stand.form):
            _note(stand, above.taker_of(stand.form, stand), scope)
        above.add(stand)


def _note(stand: Stand, taker: Rule | None, scope: Scope) -> None:
    if taker is not None:
        message = f"'{taker.id}' in line {taker.line} takes every text of this rule before it"
        scope.add("BH425", stand.rule, message)
