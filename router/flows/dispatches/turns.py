"""A turn in the line of one of our numbers: a notice by text keeps its pace and its pauses."""

from dataclasses import dataclass
from datetime import timedelta

from router.carrier.api import Accepted, Delay, Outcome, Outgoing, Refused
from router.couriers.outcome import Retry
from router.flows.senders import Sender
from router.flows.sending.leases import lease_of
from router.flows.sending.line import hold_line, move_line
from router.flows.sending.pauses import pause, resume
from router.flows.world import World

LONGEST_WAIT_SECONDS = 5.0  # for a turn; whose is further off comes again without one
BUSY = "others had their turn before"
PAUSED = "nothing leaves from that number for now"


@dataclass(frozen=True, slots=True)
class Turn:
    """The right to one text from a number, `wait_seconds` from now. `is_probe`: the carrier refused
    the account before.
    """

    sender: Sender
    wait_seconds: float
    is_probe: bool


def take_turn(world: World, sender: Sender, text: Outgoing) -> Turn | Retry:
    """The next turn of the number, which nobody else has then, as soon as any bulk's."""
    with world.store.write() as connection:
        line = hold_line(world, connection, sender)
        if line is None:
            return Retry(PAUSED)
        send_at, _ = line.turns.take(text.body, text.to)
        wait_seconds = (send_at - line.at).total_seconds()
        if wait_seconds > LONGEST_WAIT_SECONDS:
            return Retry(BUSY, wait_seconds)
        move_line(connection, line, line.at + lease_of(world.settings))
    return Turn(sender, wait_seconds, line.is_probed)


def heed(world: World, turn: Turn, sent: Outcome) -> None:
    """Do what the answer says of the number. That the account is refused is for the texts of people
    to find out: it may be this one phone alone.
    """
    whose, at = (turn.sender.tenant_id, turn.sender.address), world.now()
    match sent:
        case Delay(_, seconds) if seconds:
            with world.store.write() as connection:
                pause(connection, *whose, at + timedelta(seconds=seconds))
        case Refused(_, "stop_sender"):
            return
        case Accepted() | Refused() if turn.is_probe:
            with world.store.write() as connection:
                resume(connection, *whose)
