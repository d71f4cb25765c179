"""How statements are written, and the types of what they give back.

A flow's statements are made once, at import, with `bindparam`s: making one anew costs more than
running it. SQLAlchemy's rows are variadic; ours are of any width.
"""

from typing import Any, cast

from sqlalchemy import Row, Select, Table
from sqlmodel import SQLModel

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model: statements on it skip the ORM's bookkeeping."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]  # set by the metaclass
