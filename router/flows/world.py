"""What every flow needs: the database, the keys, the ledger, the live rulebooks, the time, and
where it counts what it did.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from sqlalchemy import Connection, select
from sqlmodel import col

from router.flows.rulebooks.live import Live, LiveBooks, NotCompiled, RulebookLost
from router.flows.senders import Sender
from router.meters import Meters
from router.now import Now, real_now, steady_seconds
from router.settings import Settings
from router.store.engine import Store
from router.store.ledger import Ledger
from router.store.sealing import TenantKeys, Vault
from router.store.tables import Revision, Tenant
from rules.model import Rulebook


@dataclass(slots=True)
class World:
    """Made once a process by `open_world`. Caches hold what never changes: keys and revisions.

    `receivers`: whose the number was, by address and Messaging Service, when a text last came to
    it. It may be another's by now.
    """

    settings: Settings
    store: Store
    vault: Vault
    ledger: Ledger
    now: Now = real_now
    meters: Meters = field(default_factory=Meters)
    monotonic: Callable[[], float] = steady_seconds  # for deadlines within a process
    receivers: dict[tuple[str, str | None], tuple[Sender, TenantKeys]] = field(
        default_factory=dict, repr=False
    )
    _keys: dict[str, TenantKeys] = field(default_factory=dict, repr=False)
    _books: LiveBooks = field(default_factory=LiveBooks, repr=False)

    def keys(self, connection: Connection, tenant_id: str) -> TenantKeys:
        """The tenant's keys, unwrapped once a process."""
        if tenant_id not in self._keys:
            row = connection.execute(
                select(col(Tenant.data_key), col(Tenant.lookup_key)).where(
                    col(Tenant.id) == tenant_id
                )
            ).one()
            self._keys[tenant_id] = self.vault.unwrap(tenant_id, row.data_key, row.lookup_key)
        return self._keys[tenant_id]

    def live(self, connection: Connection, tenant_id: str, revision: int) -> Live:
        """One revision, compiled once a process. RulebookLost where it does not load any more."""
        found = self._books.find(tenant_id, revision)
        if found is not None:
            return found
        row = connection.execute(
            select(col(Revision.text), col(Revision.file)).where(
                col(Revision.tenant_id) == tenant_id, col(Revision.number) == revision
            )
        ).one()
        return self._books.compile(tenant_id, revision, row.text, row.file)

    def compiled(self, tenant_id: str, revision: int) -> Live:
        """One revision, if that costs nothing. Raises NotCompiled where `compile` is to be called
        first, once no transaction is open; RulebookLost as `live` does.
        """
        found = self._books.find(tenant_id, revision)
        if found is None:
            raise NotCompiled(tenant_id, revision)
        return found

    def adopt(self, tenant_id: str, live: Live) -> None:
        """Take a revision that was compiled for its check, and has gone live."""
        self._books.keep(tenant_id, live)

    def why_lost(self, connection: Connection, tenant_id: str, revision: int) -> str | None:
        """Why a revision does not load any more; None where it does. Compiled once to find out,
        and not again although the book itself may be kept no longer.
        """
        known = self._books.verdict(tenant_id, revision)
        if known is not None:
            return known.lost
        try:
            self.live(connection, tenant_id, revision)
        except RulebookLost as error:
            return str(error)
        return None

    def has_met(self, tenant_id: str, revision: int) -> bool:
        """Whether this process has compiled a revision already, or found that it does not load."""
        return self._books.verdict(tenant_id, revision) is not None

    def has_room_for(self, tenant_id: str) -> bool:
        """Whether compiling a book of the tenant drives out no other tenant's."""
        return not self._books.is_full or tenant_id in self._books.tenants()

    def compile(self, tenant_id: str, revision: int) -> Live:
        """Compile one revision, in a transaction of its own that only reads."""
        with self.store.read() as connection:
            return self.live(connection, tenant_id, revision)

    def live_book(self, connection: Connection, tenant_id: str) -> Rulebook:
        """The tenant's rulebook in force."""
        revision = connection.execute(
            select(col(Tenant.live_revision)).where(col(Tenant.id) == tenant_id)
        ).scalar_one()
        return self.live(connection, tenant_id, revision or 0).book


def open_world(settings: Settings, now: Now = real_now) -> World:
    """Compose a world from settings. SealError where MASTER_KEY is malformed; touches no file."""
    return World(
        settings=settings,
        store=Store(settings.database_url),
        vault=Vault(tuple(key.get_secret_value() for key in settings.master_key)),
        ledger=Ledger(settings.ledger),
        now=now,
    )
