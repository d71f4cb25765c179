"""The scopes of consent: how far a wish reaches, and what closes a message's way.

`all` is everything a tenant sends, `number:ADDRESS` what one number of the tenant sends,
`topic:NAME` one kind of text. `carrier:ADDRESS` is no wish: the carrier refuses texts from that
number of ours, until the person texts START to it.
"""

from rules.decision import EVERYTHING, number_scope, topic_scope

MARKETING = "marketing"  # the purpose, and the topic of that name
CARRIER = "carrier:"


def carrier_scope(address: str) -> str:
    """The scope of the carrier's own block of one number of ours."""
    return CARRIER + address


def closing_scopes(number: str) -> frozenset[str]:
    """The scopes that forbid whatever might be sent from `number`, an address of ours."""
    return frozenset({EVERYTHING, number_scope(number), carrier_scope(number)})


def closes(scopes: frozenset[str], number: str, purpose: str, topic: str | None) -> bool:
    """Whether any of `scopes` forbids a message of this purpose and topic from `number`."""
    about = {topic_scope(topic)} if topic else set()
    if purpose == MARKETING:
        about.add(topic_scope(MARKETING))
    return not scopes.isdisjoint(closing_scopes(number) | about)


def topics_in(scopes: frozenset[str]) -> frozenset[str]:
    """The topics that `scopes` name."""
    prefix = topic_scope("")
    return frozenset(scope.removeprefix(prefix) for scope in scopes if scope.startswith(prefix))
