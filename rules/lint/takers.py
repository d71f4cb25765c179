"""The rules that take texts for good, to be found by what a text is known to meet."""

from collections.abc import Callable

from rules.lint.line_up import Stand
from rules.model import Rule
from rules.proving.forms import Form
from rules.proving.hooks import Hooked
from rules.proving.prover import Prover


class Takers:
    """Rules of one section, top to bottom."""

    def __init__(self, prover: Prover) -> None:
        self._prover = prover
        self._stands: list[Stand] = []
        self._hooked = Hooked()

    def add(self, stand: Stand) -> None:
        """Put a rule below the others, if it takes what it matches."""
        if stand.stops and stand.form is not None:
            self._hooked.hang(len(self._stands), stand.form)
            self._stands.append(stand)

    def first(self, form: Form, may_differ: Callable[[Stand], bool]) -> Rule | None:
        """The first rule that takes every text which meets `form`.

        `may_differ`: what a rule looks at may not have been then as `form` says.
        """
        for stand in map(self._stands.__getitem__, self._hooked.find(form)):
            if self._prover.is_worn_out:
                break
            if not may_differ(stand) and self._prover.follows(form, stand.form or ()):
                return stand.rule
        return None
