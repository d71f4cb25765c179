"""The table of settings in docs/operations.md; `python -m tests.docs.settings_table` prints it."""

from collections.abc import Mapping
from typing import get_origin

from pydantic.fields import FieldInfo

from router.settings import Settings


def settings_table() -> str:
    """One row a setting, in the order of the class."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    return "\n".join(["| setting | default | what it is |", "|---|---|---|", *rows])


def _row(name: str, field: FieldInfo) -> str:
    family = "_…" if get_origin(field.annotation) is Mapping else ""
    return f"| `{name.upper()}{family}` | {_default(field)} | {field.description} |"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "**required**"
    if field.default_factory is not None or field.default in {None, ""}:
        return "none"
    shown = str(field.default)
    return f"`{shown.lower() if isinstance(field.default, bool) else shown}`"


if __name__ == "__main__":
    print(settings_table())
