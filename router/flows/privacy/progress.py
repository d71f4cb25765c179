"""Whether a person is being erased: nothing more is written to them then."""

from sqlalchemy import Connection, exists, select
from sqlmodel import col

from router.store.tables import PrivacyRequest

BEING_ERASED = "This person asked to be deleted, and is being erased: nothing can be sent any more."


def is_being_erased(connection: Connection, tenant_id: str, lookup: bytes) -> bool:
    """Whether a deletion of this contact is confirmed and not done yet."""
    confirmed = exists().where(
        col(PrivacyRequest.tenant_id) == tenant_id,
        col(PrivacyRequest.lookup) == lookup,
        col(PrivacyRequest.state) == "confirmed",
    )
    return connection.execute(select(confirmed)).scalar_one()
