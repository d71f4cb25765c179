"""People who have just been suppressed by a list: what waited for them ends, as with an opt-out."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, exists, select
from sqlmodel import col

from router.flows.consent.doubt import end_doubt
from router.flows.held import Held, hold_thread, save, save_contact
from router.flows.membership import enrolled_in, leave
from router.flows.outbox import cancel_waiting
from router.flows.people.known import pieces
from router.flows.people.terms import Terms
from router.store.rows import AnySelect
from router.store.sealing import TenantKeys
from router.store.tables import Enrolled, Message, Thread
from rules.decision import topic_scope

_THREADS: AnySelect = select(col(Thread.id)).where(
    col(Thread.tenant_id) == bindparam("tenant"),
    col(Thread.id).in_(bindparam("some", expanding=True)),
)
_WAITED_FOR = _THREADS.where(
    col(Thread.doubt_since).is_not(None)
    | exists().where(
        col(Message.tenant_id) == col(Thread.tenant_id),
        col(Message.thread_id) == col(Thread.id),
        col(Message.state).in_(["queued", "held"]),
    )
)
_ENROLLED = _THREADS.where(
    exists().where(
        col(Enrolled.tenant_id) == col(Thread.tenant_id),
        col(Enrolled.contact_id) == col(Thread.contact_id),
    )
)


@dataclass(frozen=True, slots=True)
class Quieting:
    """Works within the transaction that has written the suppressions."""

    connection: Connection
    keys: TenantKeys
    terms: Terms

    def cancel(self, threads: Collection[str]) -> int:
        """End what waits in those of `threads` that nothing may be sent to; how many had any."""
        count = 0
        for held in self._hold(_WAITED_FOR, threads):
            if held.opted_out:
                cancel_waiting(held, "opted_out")
                end_doubt(held, release=False)
                save(held)
                count += 1
        return count

    def leave(self, threads: Collection[str]) -> None:
        """Take contacts out of the programs that they have opted out of."""
        enrollments = self.terms.book.enrollments
        for held in self._hold(_ENROLLED, threads):
            for code in enrolled_in(held) & enrollments.keys():
                if topic_scope(code) in held.suppressed:
                    leave(held, code, enrollments[code].group)
                    save_contact(held)

    def _hold(self, statement: AnySelect, threads: Collection[str]) -> Iterator[Held]:
        for some in pieces(threads):
            wanted = {"tenant": self.keys.tenant_id, "some": some}
            for thread_id in self.connection.execute(statement, wanted).scalars().all():
                held = hold_thread(self.connection, self.keys, thread_id, self.terms.at)
                if held is not None:
                    yield held
