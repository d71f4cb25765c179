"""One inbound text's turn: all that the flows around it work on, within one transaction."""

from dataclasses import dataclass

from keywords.reading import Reading
from router.carrier.api import Inbound
from router.flows.held import Held
from router.flows.senders import Sender
from router.flows.world import Live, World


@dataclass(frozen=True, slots=True)
class Turn:
    """The stored text (`message_id`), its webhook, its reading, and the thread it holds."""

    world: World
    held: Held
    sender: Sender
    live: Live
    message_id: str
    inbound: Inbound
    reading: Reading
    awaits_code: bool  # a deletion of this contact waits for its code
