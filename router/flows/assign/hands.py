"""A thread in somebody's hands, and out of them again."""

from dataclasses import replace

from router.flows.assign.ask import Ask
from router.flows.held import Held
from router.flows.timer_rows import cancel_timers
from rules import moves


def take(held: Held, handle: str) -> None:
    """The thread is in this person's hands from now on, by what they or a colleague did. The team
    that was asked is remembered, to be given back to.
    """
    held.assignee, held.waiting_since = handle, None
    held.state = replace(held.state, claimed=True, state="open", last_assignee=handle)


def put(held: Held, handle: str) -> None:
    """The thread is for this person alone: no team is asked, and it waits in no queue."""
    held.assignee, held.ask, held.waiting_since = handle, None, None


def let_go(held: Held) -> None:
    """The thread is in nobody's hands, no team is asked to take it, and it waits in no queue."""
    held.assignee, held.ask, held.waiting_since = None, None, None


def queue_up(held: Held) -> None:
    """Let the thread wait, from now on, for somebody of the team that has it."""
    if held.state.team is not None:
        held.assignee, held.ask, held.waiting_since = None, Ask(held.state.team, held.at), held.at


def close(held: Held) -> None:
    """End the thread's episode: nobody need come any more, and whoever had it is remembered."""
    last = held.assignee or held.state.last_assignee
    held.state = replace(moves.closed(held.state), last_assignee=last)
    let_go(held)
    cancel_timers(held, "escalate")
