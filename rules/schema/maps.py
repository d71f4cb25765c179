"""The forms of maps, as JSON Schema: their keys, or how the names in them are spelled."""

import re
from collections.abc import Collection, Mapping
from typing import Any

from rules.file.scalars import ATTRIBUTE, NAME
from rules.file.shape import Shape
from rules.schema.forms import Form, ecma, shared, told


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
    return told(form | required | more, about)


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
    return told(form | more, about)


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
    return told(form, about)


def goes_with(key: str, other: str, values: Collection[str], *, needed: bool = False) -> Form:
    """A condition on a map: `key` stands there only if `other` has one of these values."""
    return {
        "if": {"required": [other], "properties": {other: {"enum": list(values)}}},
        "then": {"required": [key]} if needed else {},
        "else": {"properties": {key: False}},
    }


def either_key(key: str, other: str) -> Form:
    """A condition on a map: either of two keys stands there, and not both."""
    missing = {"required": [other], "errorMessage": f"needs either `{key}` or `{other}`"}
    return {"if": {"required": [key]}, "then": {"properties": {other: False}}, "else": missing}
