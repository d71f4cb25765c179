"""What is wrong with the texts of a rulebook: what carriers demand, placeholders, invitations."""

from collections.abc import Mapping

from rules.file.scope import Scope
from rules.file.source import Scalar
from rules.file.spelling import Spelling
from rules.lint.carriers import DEMANDED, REFUSED_WITHOUT, WELCOME, missing_from
from rules.lint.invitations import invited_opt_out
from rules.model import Rulebook
from rules.texts.builtin import FILLED_HERE, FILLED_LATER, PROGRAM, RESERVED
from rules.texts.templates import placeholders, strip_placeholders


def check_texts(book: Rulebook, scope: Scope) -> None:
    """Add every finding about the texts of templates and of rules."""
    welcomes = {e.welcome for e in book.enrollments.values() if e.welcome}
    questions = {step.ask for dialog in book.dialogs.values() for step in dialog.steps}
    known = _known(welcomes, scope)
    for template, _, text in scope.texts:
        demanded = DEMANDED.get(template, WELCOME if template in welcomes else ())
        if lacking := missing_from(text.text, demanded, book):
            warned = template in DEMANDED and template not in REFUSED_WITHOUT | welcomes
            scope.add(
                "BH507" if warned else "BH409", text, f"'{template}' lacks {', '.join(lacking)}"
            )
        if template in questions and (word := invited_opt_out(text.text)):
            scope.add("BH408", text, f"this question invites {word}, which opts out")
        _check_placeholders(text, *known.get(template, known[""]), scope)


_Known = tuple[frozenset[str], Spelling]


def _known(welcomes: set[str], scope: Scope) -> Mapping[str, _Known]:
    """The placeholders that a template may have; under "" those of any other."""
    saved = frozenset(scope.saves)
    of_welcome, of_answer = saved | PROGRAM, PROGRAM | FILLED_HERE | FILLED_LATER
    welcoming, answering = (of_welcome, Spelling(of_welcome)), (of_answer, Spelling(of_answer))
    return {
        "": (saved, Spelling(saved)),
        **dict.fromkeys(welcomes, welcoming),
        **dict.fromkeys(RESERVED, answering),
    }


def _check_placeholders(
    text: Scalar, known: frozenset[str], spelling: Spelling, scope: Scope
) -> None:
    rest = strip_placeholders(text.text)
    if "{{" in rest or "}}" in rest:
        scope.add("BH419", text, "people would read these braces: one name goes between {{ and }}")
    for name in dict.fromkeys(placeholders(text.text)):
        if name in known:
            continue
        if near := spelling.nearest(name):
            scope.add("BH411", text, f"{{{{ {name} }}}} names nothing; did you mean '{near}'?")
        else:
            message = f"{{{{ {name} }}}} is saved by no dialog and may read as nothing"
            scope.add("BH502", text, message)
