"""What a contact is called on a page."""

from collections.abc import Mapping

from router.store.rows import AnyRow
from router.store.sealing import TenantKeys


def contact_name(keys: TenantKeys, row: AnyRow) -> str:
    """The name of a row that holds a contact's id, address and attributes."""
    sealed = row.attributes
    known = keys.open_json("contact.attributes", row.contact_id, sealed) if sealed else {}
    return name_in(known) or keys.open("contact.address", row.contact_id, row.address)


def name_in(attributes: Mapping[str, str]) -> str:
    """The name that a dialog has heard or an import has brought; empty where neither has."""
    return str(attributes.get("full_name") or attributes.get("name") or "")
