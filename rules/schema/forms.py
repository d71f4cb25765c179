"""The forms of values, as JSON Schema: what an editor completes, explains and warns of.

A form refuses nothing that a reader takes. The language reads every plain value as text, while an
editor's YAML parser types it first: `10` is a number there, `true` a boolean, `null` nothing. So a
form for text takes any plain value, and looks at the letters of those alone that came as a string.
"""

import re
from collections.abc import Collection, Mapping
from typing import Any

from rules.file.scalars import ATTRIBUTE, COUNT, DAY, DURATION, ID, LANGUAGE, NAME
from rules.file.shape import Shape

Form = Mapping[str, Any]
"""A JSON Schema (draft-07)."""

ANYTHING = re.compile("")
_NOT_EMPTY = re.compile(r"[\s\S]*\S")
_FULL = {"type": "array", "minItems": 1}


def described(form: Form, about: str) -> Form:
    """The form with another description, which an editor shows at the key."""
    return {**form, "description": about}


def shared(name: str, about: str = "") -> Form:
    """A form that the document defines once, by its name there."""
    return {"$ref": f"#/definitions/{name}"} | ({"description": about} if about else {})


def either(*forms: Form) -> Form:
    """One of these forms."""
    return {"anyOf": list(forms)}


def text(
    about: str = "",
    pattern: re.Pattern[str] = _NOT_EMPTY,
    *,
    says: str = "this must not be empty",
    examples: Collection[str] = (),
) -> Form:
    """Any plain value; of a string the letters must fit.

    An `anyOf` of one form, since an editor would offer true, false and null for a list of types,
    and leave out the colon where there is no type at all.
    """
    plain = {"if": {"type": ["object", "array"]}, "then": {"type": "string"}}
    form = {"anyOf": [{**plain, "pattern": ecma(pattern), "patternErrorMessage": says}]}
    return _told(form, about, examples)


def spelled(
    pattern: re.Pattern[str], about: str, *, says: str, examples: Collection[str] = ()
) -> Form:
    """A value of a form that no other type than text has: 10m, 2026-12-25."""
    form = {"type": "string", "pattern": ecma(pattern), "patternErrorMessage": says}
    return _told(form, about, examples)


def duration(about: str = "", example: str = "10m") -> Form:
    """A length of time."""
    says = "this must be a number with m, h or d, such as 10m"
    return spelled(DURATION, about, says=says, examples=(example,))


def day(about: str) -> Form:
    """A day of the calendar."""
    says = "this must be a day such as 2026-12-25"
    return spelled(DAY, about, says=says, examples=("2026-12-25",))


def name(about: str = "") -> Form:
    """A name of letters, digits, - and _."""
    return text(about, NAME, says="a name is made of letters, digits, - and _")


def identifier(about: str = "") -> Form:
    """An id of small letters, digits and -."""
    return text(about, ID, says="an id is made of a-z, 0-9 and -")


def count(about: str, *, least: int = 1, example: int | None = None) -> Form:
    """A whole number, quoted or not."""
    form = {"type": ["integer", "string"], "minimum": least, "pattern": ecma(COUNT)}
    return _told(form, about, () if example is None else (example,))


def choice(values: Collection[str], about: str = "") -> Form:
    """One of a few words, none of which is a number, a boolean or null."""
    return _told({"type": "string", "enum": list(values)}, about)


def yes_or_no(about: str = "") -> Form:
    """true or false, quoted or not."""
    return _told({"type": ["boolean", "string"], "pattern": "^(true|false)$"}, about)


def always(value: int | bool, about: str = "") -> Form:
    """One number or boolean, quoted or not, which an editor fills in by itself."""
    written = str(value).lower()
    quoted = {"type": "string", "pattern": f"^{written}$"}
    return _told({**either({"const": value}, quoted), "default": value}, about)


def list_of(form: Form, about: str = "", *, least: int = 0) -> Form:
    """A list."""
    return _told({"type": "array", "items": form} | ({"minItems": least} if least else {}), about)


def one_or_more(form: Form, about: str = "") -> Form:
    """One value, or a list of at least one."""
    return _told(either(_silent(form), {**_FULL, "items": _silent(form)}), about)


def map_of(shape: Shape, about: str = "", **more: Any) -> Form:
    """A map with the keys of a shape, whose forms stand there; `more`: further keywords."""
    if not isinstance(shape.keys, Mapping):
        raise TypeError(f"the keys of {shape.what} have no forms")
    form = {
        "type": "object",
        "title": shape.what,
        "properties": dict(shape.keys),
        "additionalProperties": False,
    }
    required = {"required": list(shape.required)} if shape.required else {}
    return _told(form | required | more, about)


def named(
    form: Form,
    about: str,
    *,
    what: str,
    names: re.Pattern[str] | None = NAME,
    offered: Collection[str] = (),
    **more: Any,
) -> Form:
    """A map from names to values of a form.

    `what` is what a name is of ("team"), `names` how names are spelled (None: anyhow), `offered`
    those that an editor offers.
    """
    any_name = {"pattern": ecma(names)} if names else {}
    spelling = {"anyOf": [{"enum": list(offered)}, any_name]} if offered else any_name
    form = {
        "type": "object",
        "propertyNames": {"title": what, **spelling},
        "additionalProperties": form,
    }
    return _told(form | more, about)


def attributes(form: Form, about: str = "") -> Form:
    """A map from attributes of the contact to values of a form; at least one."""
    return named(form, about, what="attribute", names=ATTRIBUTE, minProperties=1)


def by_language(form: Form, about: str = "") -> Form:
    """A map from languages to values of a form; at least one."""
    form = {
        "type": "object",
        "propertyNames": shared("language"),
        "additionalProperties": form,
        "minProperties": 1,
    }
    return _told(form, about)


def language(known: Collection[str]) -> Form:
    """A language, of which some are known to have built-in answers."""
    any_language = {"type": "string", "pattern": ecma(LANGUAGE)}
    return {"title": "a language", "anyOf": [{"enum": list(known)}, any_language]}


def goes_with(key: str, other: str, values: Collection[str], *, needed: bool = False) -> Form:
    """A condition on a map: `key` stands there only if `other` has one of these values."""
    return {
        "if": {"required": [other], "properties": {other: {"enum": list(values)}}},
        "then": {"required": [key]} if needed else {},
        "else": {"properties": {key: False}},
    }


def one_of(key: str, other: str) -> Form:
    """A condition on a map: either of two keys stands there, and not both."""
    missing = {"required": [other], "errorMessage": f"needs either `{key}` or `{other}`"}
    return {"if": {"required": [key]}, "then": {"properties": {other: False}}, "else": missing}


def ecma(pattern: re.Pattern[str]) -> str:
    """A pattern that matches from the beginning, as JavaScript writes it."""
    return "^" + pattern.pattern.replace(r"\d", "[0-9]").replace(r"\Z", "$")


def _told(form: Form, about: str, examples: Collection[object] = ()) -> Form:
    told = {"description": about} if about else {}
    return {**told, **form, **({"examples": list(examples)} if examples else {})}


def _silent(form: Form) -> Form:
    """A form without its description, which stands at the key already."""
    return {key: value for key, value in form.items() if key != "description"}
