"""The forms of values, as JSON Schema: what an editor completes, explains and warns of.

A form refuses nothing that a reader takes. The language reads every plain value as text, while an
editor's YAML parser types it first: `10` is a number there, `true` a boolean, `null` nothing. So a
form for text takes any plain value, and looks at the letters of those alone that came as a string.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from rules.file.scalars import ATTRIBUTE, COUNT, DAY, DURATION, ID, LANGUAGE, NAME, SPELLINGS

Form = Mapping[str, Any]
"""A JSON Schema (draft-07)."""

_SEVERAL = {"type": "array", "title": "several", "minItems": 1}


def described(form: Form, about: str) -> Form:
    """The form with another description, which an editor shows at the key."""
    return {**form, "description": about}


def titled(form: Form, title: str) -> Form:
    """The form with a title, by which an editor tells one of several forms from the others."""
    return {**form, "title": title}


def shared(name: str, about: str = "") -> Form:
    """A form that the document defines once, by its name there."""
    return {"$ref": f"#/definitions/{name}"} | ({"description": about} if about else {})


def either(*forms: Form) -> Form:
    """One of these forms."""
    return {"anyOf": list(forms)}


def text(about: str = "", *, examples: Collection[str] = ()) -> Form:
    """Any plain value that is not empty."""
    return told(shared("text"), about, examples)


def name(about: str = "") -> Form:
    """A name of letters, digits, - and _."""
    return shared("name", about)


def identifier(about: str = "") -> Form:
    """An id of small letters, digits and -."""
    return shared("id", about)


def attribute(about: str = "") -> Form:
    """The name of an attribute."""
    return shared("attribute", about)


def plain(
    pattern: re.Pattern[str], about: str = "", *, says: str = "", examples: Collection[str] = ()
) -> Form:
    """Any plain value; of a string the letters must fit (`says`: what it must be).

    An `anyOf` of one form, since an editor would offer true, false and null for a list of types,
    and leave out the colon where there is no type at all.
    """
    no_map = {"if": {"type": ["object", "array"]}, "then": {"type": "string"}}
    form = {"anyOf": [{**no_map, "pattern": ecma(pattern), "patternErrorMessage": says}]}
    return told(form, about, examples)


def spelled(
    pattern: re.Pattern[str], about: str, *, says: str, examples: Collection[str] = ()
) -> Form:
    """A value of a form that no other type than text has: 10m, 2026-12-25."""
    form = {"type": "string", "pattern": ecma(pattern), "patternErrorMessage": says}
    return told(form, about, examples)


def duration(about: str = "", example: str = "10m") -> Form:
    """A length of time."""
    says = "this must be a number with m, h or d, such as 10m"
    return spelled(DURATION, about, says=says, examples=(example,))


def day(about: str) -> Form:
    """A day of the calendar."""
    says = "this must be a day such as 2026-12-25"
    return spelled(DAY, about, says=says, examples=("2026-12-25",))


def count(about: str, *, least: int = 1, example: int | None = None) -> Form:
    """A whole number, quoted or not."""
    form = {"type": ["integer", "string"], "minimum": least, "pattern": ecma(COUNT)}
    return told(form, about, () if example is None else (example,))


def choice(values: Collection[str], about: str = "") -> Form:
    """One of a few words, none of which is a number, a boolean or null."""
    return told({"type": "string", "enum": list(values)}, about)


def yes_or_no(about: str = "") -> Form:
    """true or false, quoted or not."""
    return told({"type": ["boolean", "string"], "pattern": f"^({'|'.join(SPELLINGS)})$"}, about)


def always(value: int | bool, about: str = "") -> Form:
    """One number or boolean, quoted or not, which an editor fills in by itself."""
    written = [spelling for spelling in SPELLINGS if spelling.lower() == str(value).lower()]
    quoted = {"type": "string", "pattern": f"^({'|'.join(written or [str(value)])})$"}
    return told({**either({"const": value}, quoted), "default": value}, about)


def list_of(form: Form, about: str = "", *, least: int = 0) -> Form:
    """A list."""
    return told({"type": "array", "items": form} | ({"minItems": least} if least else {}), about)


def one_or_more(form: Form, about: str = "") -> Form:
    """One value, or a list of at least one."""
    return told(either(_silent(form), {**_SEVERAL, "items": _silent(form)}), about)


def any_number(form: Form, about: str = "") -> Form:
    """One value, or a list, which may be empty."""
    several = {**_SEVERAL, "items": _silent(form), "minItems": 0}
    return told(either(_silent(form), several), about)


def language(known: Collection[str]) -> Form:
    """A language, of which some are known to have built-in answers."""
    any_language = {"type": "string", "pattern": ecma(LANGUAGE)}
    return {"title": "a language", "anyOf": [choice(known), any_language]}


def ecma(pattern: re.Pattern[str]) -> str:
    """A pattern that matches from the beginning, as JavaScript writes it."""
    return "^" + pattern.pattern.replace(r"\d", "[0-9]").replace(r"\Z", "$")


def told(form: Form, about: str, examples: Collection[object] = ()) -> Form:
    """The form with a description and examples, where there are any."""
    told = {"description": about} if about else {}
    return {**told, **form, **({"examples": list(examples)} if examples else {})}


def _silent(form: Form) -> Form:
    """A form without its description, which stands at the key already."""
    return {key: value for key, value in form.items() if key != "description"}


SHARED: Mapping[str, Form] = {
    "text": plain(re.compile(r"[\s\S]*\S"), says="this must not be empty"),
    "name": plain(NAME, says="a name is made of letters, digits, - and _"),
    "id": plain(ID, says="an id is made of a-z, 0-9 and -"),
    "attribute": plain(ATTRIBUTE, says="this must be a name of letters, digits and _"),
}
"""Forms that documents define once."""
