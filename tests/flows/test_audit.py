"""What is noted for the audit stands or falls with what it tells of."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from router.flows.audit import note
from router.flows.world import World
from router.store.rows import AnyRow
from router.store.tables import Audit


def noted(world: World) -> list[AnyRow]:
    with world.store.read() as connection:
        return list(
            connection.execute(
                select(
                    col(Audit.tenant_id),
                    col(Audit.at),
                    col(Audit.actor),
                    col(Audit.action),
                    col(Audit.detail),
                    col(Audit.chain_number),
                ).order_by(col(Audit.id))
            )
        )


def test_a_note_is_kept_unchained_with_its_details(world: World) -> None:
    at = world.now()
    with world.store.write() as connection:
        note(connection, "inn", at, "alice", "rules.rolled_back", revision=3, to=1)
    assert [tuple(row) for row in noted(world)] == [
        ("inn", at, "alice", "rules.rolled_back", {"revision": 3, "to": 1}, None)
    ]


def test_what_is_undone_is_not_noted(world: World) -> None:
    def publish() -> None:
        with world.store.write() as connection:
            note(connection, "inn", world.now(), "alice", "rules.published")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        publish()
    assert noted(world) == []
