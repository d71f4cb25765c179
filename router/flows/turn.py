"""One inbound text's turn: all that the flows around it work on, within one transaction."""

from dataclasses import dataclass
from datetime import datetime

from keywords.reading import Reading
from router.carrier.api import Inbound
from router.carrier.filter_words import FilterWord
from router.flows.held import Held
from router.flows.rulebooks.live import Live
from router.flows.senders import Sender
from router.flows.world import World


@dataclass(frozen=True, slots=True)
class Turn:
    """The stored text (`message_id`), its webhook, its reading, and the thread it holds."""

    world: World
    held: Held
    sender: Sender
    live: Live
    message_id: str
    inbound: Inbound
    said_at: datetime  # when it was written, as far as is known; aware UTC
    reading: Reading
    carrier_word: FilterWord | None  # what the carrier made of the text by itself
    from_machine: bool  # a short code, a sender name, or a number of ours
    awaits_code: bool  # a deletion of this contact waits for its code

    @property
    def is_personal(self) -> bool:
        """Whether a person wrote it, as far as can be told."""
        return not self.from_machine and self.reading.automatic is None
