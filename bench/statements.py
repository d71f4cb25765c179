"""How many statements a text costs, by kind of text: one person's story, counted at the driver."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import event

from bench.report import Say, Target, heading, table
from bench.traffic import OUR_NUMBER
from router.carrier.api import Inbound
from router.flows.receive import receive
from router.flows.world import World

MOST = 12
GUEST = "+16515559999"
STORY = {  # what the one person writes, in this order
    "first text of a person": "Need 2 TOWELS pls",
    "known person, a reply": "more towels please",
    "known person, no reply": "What time is breakfast?",
    "reply and escalation": "the shower is broken",
    "HELP": "HELP",
    "an enrollment code": "SUMMIT26",
    "YES to it": "YES",
    "an answer in a dialog": "Ana",
    "STOP": "STOP",
    "a text after STOP": "are you there?",
    "START": "START",
    "DELETE": "DELETE",
    "a wrong code": "000000",
    "the same text delivered again": "000000",
}


def count_statements(say: Say, kind: str, world: World) -> None:
    """Print the statements of each kind of text, without and with BEGIN and COMMIT."""
    say(heading(f"statements a text on {kind}"))
    counts = {}
    for number, (what, body) in enumerate(STORY.items()):
        sid = f"SMstory{min(number, len(STORY) - 2)}"  # the last one is a repetition
        with counted(world) as seen:
            receive(world, Inbound(sid, GUEST, OUR_NUMBER, None, body))
        counts[what] = len(seen)
    rows = [(what, number, number + 2) for what, number in counts.items()]
    for line in table(("text", "statements", "with BEGIN, COMMIT"), rows):
        say(line)
    most = max(counts.values())
    over = ", ".join(f"{what} ({number})" for what, number in counts.items() if number > MOST)
    say(str(Target(f"≤ {MOST} statements", f"{most} at most", most <= MOST, over)))


@contextmanager
def counted(world: World) -> Iterator[list[str]]:
    """The statements that are sent to the driver, but for BEGIN (COMMIT is none to it)."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_others: object) -> None:
        if not statement.startswith("BEGIN"):
            seen.append(statement)

    event.listen(world.store.engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(world.store.engine, "before_cursor_execute", note)
