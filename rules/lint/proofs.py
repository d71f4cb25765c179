"""What is proved about the rules of a book: unreachable ones, impossible ones, second replies.

Rules that hold an error are left out, and all of them where keywords, hours and the like do: what
was read of them says too little.
"""

from rules.file.flaws import Flaws
from rules.file.scope import Scope
from rules.lint.impossible import check_possible
from rules.lint.line_up import line_up
from rules.lint.second_replies import check_second_replies
from rules.lint.shadowed import check_reachable
from rules.model import Rulebook
from rules.proving.prover import Prover

_SPOKEN_OF = ("languages", "numbers", "hours", "keywords")


def check_proofs(book: Rulebook, scope: Scope) -> None:
    """Add every finding that takes a proof."""
    flaws = Flaws(scope)
    if scope.is_overspent or flaws.are_in(*_SPOKEN_OF):
        return
    prover = Prover(book)
    lined_up = line_up(book, flaws, prover)
    check_possible(lined_up, prover, scope)
    check_reachable(lined_up, prover, scope)
    if not flaws.are_in("fallback"):
        check_second_replies(lined_up, book.fallback, prover, scope)
