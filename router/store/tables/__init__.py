"""The tables. The tenant comes first in every key; `bytes` columns named for text are sealed.

Sealed columns hold AES-256-GCM blobs under the tenant's data key (see sealing.py). `lookup` columns
hold HMACs of addresses under the tenant's look-up key. Times are aware UTC. JSON columns hold
lists and maps of plain identifiers, never anything a person wrote.
"""

from router.store.tables.business import Number, RefusedEdit, Revision, RuleFile, Tenant
from router.store.tables.carrier_log import StrayStatus, Watermark
from router.store.tables.desk import Audit, PushDevice, Staff
from router.store.tables.people import Contact, Enrolled, Thread, Timer
from router.store.tables.promises import ConsentEvent, PrivacyRequest, Suppression, Tombstone
from router.store.tables.texts import (
    HELD,
    UNFINISHED,
    UNFINISHED_STATES,
    DecisionRecord,
    Dispatch,
    Message,
)

__all__ = [
    "HELD",
    "UNFINISHED",
    "UNFINISHED_STATES",
    "Audit",
    "ConsentEvent",
    "Contact",
    "DecisionRecord",
    "Dispatch",
    "Enrolled",
    "Message",
    "Number",
    "PrivacyRequest",
    "PushDevice",
    "RefusedEdit",
    "Revision",
    "RuleFile",
    "Staff",
    "StrayStatus",
    "Suppression",
    "Tenant",
    "Thread",
    "Timer",
    "Tombstone",
    "Watermark",
]
