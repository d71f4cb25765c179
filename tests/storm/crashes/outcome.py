"""What an installation has come to, without all that differs from run to run."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from sqlalchemy import Table, select
from sqlmodel import SQLModel

from router.store.rows import AnyRow
from router.store.sealing import SealError, TenantKeys, Vault
from tests.storm.crashes.stage import Stage

SENT = frozenset({"accepted", "sent", "delivered"})
VOLATILE = re.compile(
    r"id|.*_id|at|.*_at|since|.*_since|.*_until|not_before|token|attempt|absences|sid|first_sid|hash|"
    r"published_at|turn|.*turn.*|number_since|password_hash"
)
HASHED = frozenset({"lookup", "person"})  # of an address or the like: the same in every run
OPENED = {
    "message": ("body",),
    "contact": ("address", "attributes"),
    "staff": ("name", "email", "mobile"),
    "push_device": ("subscription",),
    "consent_event": ("evidence", "note"),
    "timer": ("payload",),
}
CHANGING = re.compile(r"\b[0-9]{6}\b|\bR-[A-Z0-9]+|\b[0-9a-z]{26}\b")  # codes, receipts, ids

ENDS = frozenset({"state", "reason", "error"})

Row = tuple[tuple[str, str], ...]
MayMiss = Literal["code", "notice"] | None
"""What is never sent again by itself, so that a person may be left to decide on it."""


class Text(NamedTuple):
    """A text in the carrier's log."""

    direction: str
    to: str
    body: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """The rows of each table, the texts that the carrier has by address and words, the ledger."""

    tables: Mapping[str, Counter[Row]]
    texts: Counter[Text]
    ledger: frozenset[str]


def read_outcome(stage: Stage) -> Outcome:
    """Read all of it."""
    with stage.world.store.read() as connection:
        keys = stage.world.keys(connection, stage.tenant_id)
        tables = {
            table.name: Counter(
                _canonical(table, row, keys, stage.world.vault)
                for row in connection.execute(select(table))
            )
            for table in SQLModel.metadata.sorted_tables
        }
    texts = Counter(
        Text(each.direction, each.to, CHANGING.sub("#", each.body))
        for each in stage.carrier.log.values()
    )
    entries = frozenset(
        f"{each.what} {each.lookup} {each.scope}" for each in stage.world.ledger.entries()
    )
    return Outcome(tables, texts, entries)


def _canonical(table: Table, row: AnyRow, keys: TenantKeys, vault: Vault) -> Row:
    values = [
        (column.name, CHANGING.sub("#", str(value)))
        for column in table.columns
        if not VOLATILE.fullmatch(column.name)
        and not isinstance(value := getattr(row, column.name), bytes)
    ]
    names = [column.name for column in table.columns]
    values += [(name, getattr(row, name).hex()) for name in names if name in HASHED]
    values += [(name, _opened(table, row, name, keys)) for name in OPENED.get(table.name, ())]
    if table.name == "tenant":
        values.append(("keys", _opens(row, vault)))
    return tuple(values)


def _opened(table: Table, row: AnyRow, column: str, keys: TenantKeys) -> str:
    sealed = getattr(row, column)
    try:
        opened = keys.open(f"{table.name}.{column}", row.id, sealed) if sealed else ""
    except SealError:
        return "sealed otherwise"
    return CHANGING.sub("#", opened)


def _opens(tenant: AnyRow, vault: Vault) -> str:
    """Whether the installation's own master key opens a tenant's keys."""
    try:
        vault.unwrap(tenant.id, tenant.data_key, tenant.lookup_key)
    except SealError:
        return "wrapped under another master key"
    return "at hand"


def differences(expected: Outcome, found: Outcome, may_miss: MayMiss) -> Iterator[str]:
    """What is not as it would have been, worded."""
    for name in expected.tables:
        before, after = (_apart(name, each.tables[name], may_miss) for each in (expected, found))
        yield from (f"{name}: missing {_worded(row)}" for row in (before - after).elements())
        yield from (f"{name}: too many {_worded(row)}" for row in (after - before).elements())
    for text in (expected.texts - found.texts).elements():
        if not _may_be_missed(text, may_miss):
            yield f"carrier: missing {text}"
    yield from (f"carrier: too many {text}" for text in (found.texts - expected.texts).elements())
    if expected.ledger != found.ledger:
        yield f"ledger: {sorted(expected.ledger ^ found.ledger)}"


def _apart(table: str, rows: Counter[Row], may_miss: MayMiss) -> Counter[Row]:
    """The rows as alike as they may be, without how those ended that a person may decide on."""
    alike = (tuple(_same(*each) for each in row) for row in rows.elements())
    is_left = {"message": ("kind", "code"), "dispatch": ("kind", "sms")}.get(table)
    if may_miss is None or is_left is None:
        return Counter(alike)
    return Counter(
        tuple(each for each in row if is_left not in row or each[0] not in ENDS) for row in alike
    )


def _same(name: str, value: str) -> tuple[str, str]:
    """How far a text has come since the carrier took it is no matter here."""
    return (name, "taken") if name == "state" and value in SENT else (name, value)


def _may_be_missed(text: Text, may_miss: MayMiss) -> bool:
    if may_miss == "notice":
        return text.body.startswith("Bellhop: ")
    return may_miss == "code" and "the code #" in text.body


def _worded(row: Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in row if value not in {"None", "[]", "{}"})
