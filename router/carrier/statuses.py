"""How far a text has come: the carrier's statuses, their ranks, and our state for each.

Callbacks arrive late, twice and in any order. Merging takes the higher rank, so the order does not
matter: a late `sent` never overwrites `delivered`, and nothing overwrites a final error.
"""

from types import MappingProxyType

# Twilio's statuses of a text that we sent -> our state (docs: Message resource, Status values).
STATE_OF = MappingProxyType(
    {
        "scheduled": "accepted",
        "accepted": "accepted",
        "queued": "accepted",
        "sending": "accepted",
        "sent": "sent",
        "partially_delivered": "delivered",
        "delivered": "delivered",
        "read": "delivered",
        "canceled": "canceled",
        "undelivered": "undelivered",
        "failed": "failed",
    }
)
_RANK_OF = MappingProxyType({status: place for place, status in enumerate(STATE_OF)})

# Our states, the ones that nothing at the carrier has confirmed yet all at the bottom.
_STATE_RANK = MappingProxyType(
    {
        "queued": 0,
        "sending": 0,
        "unknown": 0,
        "review": 0,
        "accepted": 1,
        "sent": 2,
        "delivered": 3,
        "canceled": 4,
        "undelivered": 5,
        "failed": 6,
        "suppressed": 7,
    }
)


def rank(status: str) -> int | None:
    """How far a status is along the way; None for one that is not known or not of a sent text.

    >>> rank("sent") < rank("delivered") < rank("failed")
    True
    """
    return _RANK_OF.get(status)


def state_after(state: str, status: str) -> str:
    """Our state of a text once the carrier has reported `status`; unchanged where it is no news.

    >>> state_after("delivered", "sent"), state_after("unknown", "queued")
    ('delivered', 'accepted')
    """
    reported = STATE_OF.get(status)
    if reported is None or _STATE_RANK[reported] <= _STATE_RANK.get(state, 0):
        return state
    return reported
