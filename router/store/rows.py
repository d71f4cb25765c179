"""How statements are written, and the types of what they give back.

A flow's statements are made once, at import, with `bindparam`s: making one anew costs more than
running it. SQLAlchemy's rows are variadic; ours are of any width.
"""

from collections.abc import Mapping
from typing import Any, cast

from sqlalchemy import ColumnElement, Insert, Row, Select, String, Table, literal_column
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import SQLModel, col

from router.store.tables import UNFINISHED_STATES, Contact, DecisionRecord, Message, Thread

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

THREAD_OF_MESSAGE = (col(Thread.tenant_id) == col(Message.tenant_id)) & (
    col(Thread.id) == col(Message.thread_id)
)
CONTACT_OF_THREAD = (col(Contact.tenant_id) == col(Thread.tenant_id)) & (
    col(Contact.id) == col(Thread.contact_id)
)
DECISION_OF_MESSAGE = (col(DecisionRecord.tenant_id) == col(Message.tenant_id)) & (
    col(DecisionRecord.message_id) == col(Message.id)
)


def table(model: type[SQLModel]) -> Table:
    """The Core table of a model: statements on it skip the ORM's bookkeeping."""
    return cast("Table", model.__table__)  # type: ignore[attr-defined]  # set by the metaclass


def insert_if_new(model: type[SQLModel]) -> Mapping[str, Insert]:
    """By the kind of database, an insert that passes over a row which is there already."""
    return {
        kind.dialect.name: kind.insert(table(model)).on_conflict_do_nothing()
        for kind in (sqlite, postgresql)
    }


def is_unfinished(message: type[Message] = Message) -> ColumnElement[bool]:
    """Whether a message is still to be sent or settled.

    The words stand in the statement itself, not as parameters: only so does SQLite see that the
    outbox's partial index serves, and a million sent messages cost nothing.
    """
    return col(message.state).in_([_word(state) for state in UNFINISHED_STATES])


def is_state(state: str, message: type[Message] = Message) -> ColumnElement[bool]:
    """Whether a message is in that state, the word itself in the statement: see `is_unfinished`."""
    return col(message.state) == _word(state)


def is_held() -> ColumnElement[bool]:
    """Whether a message waits for a time or a person; said so that its own partial index serves."""
    return is_state("held")


def _word(state: str) -> ColumnElement[str]:
    return literal_column(f"'{state}'", String)
