"""The scopes in which nothing may be sent to a person, read along with a row of something else."""

from typing import Any

from sqlalchemy import ScalarSelect, SQLColumnExpression, func, select
from sqlmodel import col

from router.store.tables import Suppression

_BETWEEN_SCOPES = "\n"


def scopes_of(
    tenant_id: SQLColumnExpression[Any], person: SQLColumnExpression[Any]
) -> ScalarSelect[str]:
    """The scopes in which nothing may be sent to a person, as one column: see `read_scopes`."""
    return (
        select(func.aggregate_strings(col(Suppression.scope), _BETWEEN_SCOPES))
        .where(col(Suppression.tenant_id) == tenant_id, col(Suppression.lookup) == person)
        .scalar_subquery()
    )


def read_scopes(column: str | None) -> frozenset[str]:
    """The scopes that a column of `scopes_of` holds."""
    return frozenset(column.split(_BETWEEN_SCOPES)) if column else frozenset()
