"""Types of what statements give back: SQLAlchemy's are variadic, ours are of any width."""

from typing import Any

from sqlalchemy import Row, Select

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]
