"""What an import of contacts would write: every row made and sealed before anything is locked."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from router.flows.consent.events import Event, Evidence, event_row
from router.flows.consent.scopes import MARKETING
from router.flows.consent.standing import ENROLLMENT
from router.flows.people.contact_rows import Consent, ContactRow
from router.flows.people.identity import Identity
from router.flows.people.known import Known
from router.flows.people.outcome import ContactCounts, Source
from router.flows.people.problems import Notice, Problem, at
from router.flows.people.terms import Terms
from router.store.ids import new_id
from router.store.rows import AnyRow
from router.store.sealing import TenantKeys
from rules.decision import EVERYTHING, topic_scope

Rows = list[dict[str, Any]]


@dataclass(slots=True)
class ContactPlan:
    """Rows to write, what to tell of them, and what is wrong with the file.

    What the rows rest on is kept, to be compared when they are written: the look-ups of whom they
    are about (`lookups`), whose consent is recorded (`agreeing`), the contacts as they were before
    (`changing`, by id).
    """

    keys: TenantKeys
    terms: Terms
    source: Source
    contacts: Rows = field(default_factory=list)
    threads: Rows = field(default_factory=list)
    updates: Rows = field(default_factory=list)
    events: Rows = field(default_factory=list)
    enrolled: Rows = field(default_factory=list)
    counts: ContactCounts = field(default_factory=ContactCounts)
    notices: list[Notice] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    lookups: set[bytes] = field(default_factory=set)
    agreeing: set[bytes] = field(default_factory=set)
    changing: dict[str, AnyRow] = field(default_factory=dict)
    _given: set[tuple[bytes, str, datetime]] = field(default_factory=set)

    def add(self, row: ContactRow, who: Identity, known: Known) -> None:
        """Plan for one row."""
        self.counts.rows += 1
        contact = known.contacts.get(who.lookup)
        if who.is_erased(known):
            self.counts.erased_skipped += 1
        elif contact is None and row.address.doubt is not None:
            self.problems.append(at(row.line, "number", row.address.doubt))
        else:
            consents = self._takes(row, who, known)
            if contact is None:
                self._create(row, who, consents)
            else:
                self._update(row, contact, who, consents)

    def _takes(self, row: ContactRow, who: Identity, known: Known) -> list[Consent]:
        """The consents that are news, and that no opt-out stands against."""
        suppressed = known.suppressed.get(who.person, {})
        given = {
            (change.scope, change.at)
            for change in known.changes.get(who.person, ())
            if change.what == "opt_in"
        }
        news = [one for one in row.consents if (one.scope, one.at) not in given]
        barred = {
            scope: suppressed[scope]
            for one in news
            for scope in _closing(one.scope)
            if scope in suppressed
        }
        if barred:
            day = min(barred.values()).astimezone(self.terms.book.timezone).date()
            self.counts.suppressed += 1
            self.notices.append(Notice(row.line, f"opted out on {day}: consent not taken"))
        return [one for one in news if barred.keys().isdisjoint(_closing(one.scope))]

    def _create(self, row: ContactRow, who: Identity, consents: Sequence[Consent]) -> None:
        self.counts.created += 1
        contact_id, keys = new_id(), self.keys
        groups = row.groups | self._groups_of(consents)
        known = _contact_columns(keys, contact_id, row.language, groups, row.attributes)
        identity = {
            "tenant_id": keys.tenant_id,
            "id": contact_id,
            "lookup": who.lookup,
            "person": who.person,
            "address": keys.seal("contact.address", contact_id, row.address.text),
            "created_at": self.terms.at,
        }
        self.contacts.append(identity | known)
        self.threads.append(self._thread(contact_id))
        self._record(row, contact_id, who, consents)

    def _update(
        self, row: ContactRow, contact: AnyRow, who: Identity, consents: Sequence[Consent]
    ) -> None:
        before, keys = _opened(self.keys, contact), self.keys
        groups = frozenset(contact.groups) | row.groups | self._groups_of(consents)
        fresh = {
            name: text
            for name, text in row.attributes.items()
            if before.get(name, "").strip() != text
        }
        language = row.language or contact.language
        is_same = not fresh and groups == frozenset(contact.groups) and language == contact.language
        if is_same and not consents and contact.person == who.person:
            self.counts.unchanged += 1
            return
        self.counts.updated += 1
        self.changing[contact.id] = contact
        columns = _contact_columns(keys, contact.id, language, groups, before | fresh)
        key = {"of_tenant": keys.tenant_id, "of_id": contact.id, "person": who.person}
        self.updates.append(columns | key)
        self._record(row, contact.id, who, consents)

    def _thread(self, contact_id: str) -> dict[str, Any]:
        """A thread in which nothing was written yet."""
        first = next(iter(self.terms.book.numbers.values()))
        return {
            "tenant_id": self.keys.tenant_id,
            "id": new_id(),
            "contact_id": contact_id,
            "number": first.address,
            "state": "new",
            "claimed": False,
            "flags": [],
            "tags": [],
            "last_activity_at": self.terms.at,
            "next_seq": 1,
        }

    def _record(
        self, row: ContactRow, contact_id: str, who: Identity, consents: Iterable[Consent]
    ) -> None:
        self.lookups.update(who.lookups)
        for consent in consents:
            self._give(row, who, consent)
            if (code := _code_of(consent)) in self.terms.book.enrollments:
                member = {"tenant_id": self.keys.tenant_id, "code": code, "contact_id": contact_id}
                self.enrolled.append(member | {"at": consent.at})

    def _give(self, row: ContactRow, who: Identity, consent: Consent) -> None:
        """Consent is a person's: one who has two contacts in the file gives it once."""
        given = (who.person, consent.scope, consent.at)
        if given not in self._given:
            self._given.add(given)
            self.agreeing.add(who.person)
            self.counts.consents += 1
            event = Event("opt_in", consent.scope, consent.at, self._evidence(row, consent))
            self.events.append(event_row(self.keys, who.person, event))

    def _evidence(self, row: ContactRow, consent: Consent) -> Evidence:
        return Evidence(
            how="web" if consent.how == "web" else "import",
            text=consent.evidence,
            author=self.source.author,
            note=f"{consent.how}; {self.source.file} line {row.line}",
            disclosure=consent.disclosure,
            zone=self.terms.book.timezone.key,
        )

    def _groups_of(self, consents: Iterable[Consent]) -> frozenset[str]:
        enrollments = self.terms.book.enrollments
        codes = {_code_of(consent) for consent in consents}
        return frozenset(enrollments[code].group for code in codes if code in enrollments)


def _code_of(consent: Consent) -> str:
    """The enrollment code of the program that was agreed to; empty where it is none."""
    is_program = consent.scope.startswith(ENROLLMENT)
    return consent.scope.removeprefix(ENROLLMENT) if is_program else ""


def _closing(scope: str) -> frozenset[str]:
    """The scopes of opt-outs that a consent of this scope must not come up against."""
    closing = {EVERYTHING, scope, scope.replace(ENROLLMENT, topic_scope(""))}
    if scope in {EVERYTHING, MARKETING}:
        closing.add(topic_scope(MARKETING))
    return frozenset(closing)


def _contact_columns(
    keys: TenantKeys,
    contact_id: str,
    language: str | None,
    groups: Iterable[str],
    attributes: Mapping[str, str],
) -> dict[str, Any]:
    sealed = keys.seal_json("contact.attributes", contact_id, attributes) if attributes else None
    return {"language": language, "groups": sorted(groups), "attributes": sealed}


def _opened(keys: TenantKeys, contact: AnyRow) -> dict[str, str]:
    if contact.attributes is None:
        return {}
    known: dict[str, str] = keys.open_json("contact.attributes", contact.id, contact.attributes)
    return known
