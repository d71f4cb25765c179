"""What `decide` is told (facts) and what it answers (a decision made of effects).

`decide` never acts: the shell applies the effects, `rules test` applies them to a pretended thread,
and both take the thread's next state from `Decision.after`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from keywords.reading import Meaning

Scalars = Mapping[str, str]
NoticeBy = Literal["sms", "email", "push"]
NOTHING: Scalars = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class DialogState:
    """A dialog that runs: where it is and what it has heard. Times are aware UTC."""

    name: str
    step: str
    expires_at: datetime
    misses: Mapping[str, int] = field(default_factory=dict)  # step -> misfits, over the dialog
    saved: Scalars = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Prompt:
    """A double opt-in that waits for YES or NO, for the enrollment `code`."""

    code: str
    expires_at: datetime


Flags = Literal["doubt", "limit", "start", "guessing", "unheard", "misdirected"]
"""Why staff should look at a thread: a text that may be an opt-out, answers past the limit, someone
who wants texts that the carrier still blocks, somebody who guesses at codes, an answer owed to the
person that the carrier refused, a rule that named a person or team who is not there (the last).
"""


@dataclass(frozen=True, slots=True)
class Recent:
    """What was said lately without a person, and which codes were guessed: instants, aware UTC,
    oldest first, none older than its window.
    """

    replies: tuple[datetime, ...] = ()  # of rules and timers: what `limits` counts
    answers: tuple[datetime, ...] = ()  # built-in ones, the confirmation of an opt-out aside
    guesses: tuple[datetime, ...] = ()  # texts that look like a code and are none


@dataclass(frozen=True, slots=True)
class ThreadState:
    """A thread as rules see it. `claimed`: a person has it, so that routes leave it alone.

    `asked_back`: a text in doubt was answered with the one question whether to stop; `hinted`: the
    codes for which "did you mean" was said.
    """

    state: Literal["new", "open", "closed", "snoozed"] = "new"
    team: str | None = None
    claimed: bool = False
    tags: frozenset[str] = frozenset()
    dialog: DialogState | None = None
    prompt: Prompt | None = None
    last_activity_at: datetime | None = None
    last_assignee: str | None = None
    flags: frozenset[Flags] = frozenset()
    recent: Recent = field(default_factory=Recent)
    hinted: frozenset[str] = frozenset()
    asked_back: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """All that a decision may depend on beside the rulebook, the reading and the text.

    `at` is aware UTC; `to` is the number's name in the rulebook; `full` holds the codes whose limit
    is reached, `enrolled` those this contact is in already. `opted_out`: nothing may be sent from
    this number; `topics_out`: the topics that the contact has objected to. `carrier_blocks`: the
    carrier refuses texts from this number to them, and the text at hand does not lift that.
    `unconfirmed`: they are opted out by what others recorded, and were never told so.
    `machine`: the sender is no person (a short code, a sender name, a number of ours); `blocked`:
    staff has blocked them. `media` holds the content types of what came with the text, such as
    image/jpeg. `draws_by` is what rollouts draw lots by, the contact's look-up HMAC in hex; without
    it everybody is in; `left_out`: nobody is.
    """

    at: datetime
    to: str
    channel: str = "sms"
    language: str | None = None  # stored for the contact
    opted_out: bool = False
    topics_out: frozenset[str] = frozenset()
    carrier_blocks: bool = False
    unconfirmed: bool = False
    machine: bool = False
    blocked: bool = False
    first_contact: bool = True
    groups: frozenset[str] = frozenset()
    attributes: Scalars = field(default_factory=lambda: NOTHING)
    enrolled: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    media: tuple[str, ...] = ()
    draws_by: str | None = None
    left_out: bool = False
    thread: ThreadState = field(default_factory=ThreadState)


@dataclass(frozen=True, slots=True)
class Say:
    """A text to send. `template` is its name (a reserved name for a built-in answer).

    `kind`: `reply` (a rule's, counts as an answer), `question` (a dialog's or a confirmation's),
    `compliance` (the built-in answer to a consent or privacy word).
    `text` still holds `{{ code }}` or `{{ receipt }}` in privacy answers: the shell fills them in.
    `withheld`: it is not sent, since the contact had as many answers as `limits` allows.
    """

    template: str
    text: str
    language: str
    kind: Literal["reply", "question", "compliance"] = "reply"
    withheld: bool = False


EVERYTHING = "all"  # the scope of an opt-out from whatever a tenant sends


def topic_scope(topic: str) -> str:
    """The scope of an objection to one topic of the rulebook."""
    return f"topic:{topic}"


def number_scope(address: str) -> str:
    """The scope of an opt-out that holds for one number of the tenant, by its address."""
    return f"number:{address}"


@dataclass(frozen=True, slots=True)
class OptOut:
    """Suppress the contact in this scope now. All but a topic's ends whatever waits."""

    scope: str = EVERYTHING


@dataclass(frozen=True, slots=True)
class OptIn:
    """Lift the suppressions of these scopes."""

    scopes: tuple[str, ...] = (EVERYTHING,)


@dataclass(frozen=True, slots=True)
class WantBack:
    """The contact wants texts again, and the carrier blocks them until they text START."""


@dataclass(frozen=True, slots=True)
class AskPrivacy:
    """Open a privacy request. A deletion waits for its code, sent by `say`."""

    kind: Literal["delete", "access", "correct"]
    say: Say


@dataclass(frozen=True, slots=True)
class Flag:
    """Show staff why to look at this thread; `after` has the flag already."""

    name: Flags


@dataclass(frozen=True, slots=True)
class Assign:
    """Give the thread to a team, or to one person by handle."""

    team: str | None = None
    staff: str | None = None
    strategy: str | None = None


@dataclass(frozen=True, slots=True)
class Tag:
    """Put a tag on the thread."""

    name: str


@dataclass(frozen=True, slots=True)
class Untag:
    """Take a tag off the thread."""

    name: str


@dataclass(frozen=True, slots=True)
class SaveAttribute:
    """Remember a value, which a dialog heard or a rule sets, as an attribute of the contact."""

    name: str
    value: str


@dataclass(frozen=True, slots=True)
class Escalate:
    """After `after`, unless staff replied or the thread is closed: move it to `to` and reply."""

    rule: str
    after: timedelta
    to: Assign
    say: Say | None = None


@dataclass(frozen=True, slots=True)
class Notify:
    """Tell a team's people who are on shift, or one person, that `rule` wants them to look.

    `by` holds at least one of sms, email and push.
    """

    rule: str
    team: str | None
    staff: str | None
    by: tuple[NoticeBy, ...]


@dataclass(frozen=True, slots=True)
class CallWebhook:
    """Tell a webhook of the rulebook about this text."""

    rule: str
    name: str


@dataclass(frozen=True, slots=True)
class Snooze:
    """Put the thread aside for `length`; a text from the contact wakes it before."""

    length: timedelta


@dataclass(frozen=True, slots=True)
class Close:
    """End the thread's episode; `after` is the thread as closed."""


@dataclass(frozen=True, slots=True)
class AskEnrollment:
    """Ask for the YES that a double opt-in needs (a `Say` of kind question goes with it)."""

    code: str


@dataclass(frozen=True, slots=True)
class Enroll:
    """The contact is in: write consent with its evidence and add the group."""

    code: str
    group: str


Effect = (
    Say
    | OptOut
    | OptIn
    | WantBack
    | AskPrivacy
    | Flag
    | Assign
    | Tag
    | Untag
    | SaveAttribute
    | Escalate
    | Notify
    | CallWebhook
    | Snooze
    | Close
    | AskEnrollment
    | Enroll
)


@dataclass(frozen=True, slots=True)
class RuleRef:
    """A rule that acted: its id, its section, and the 1-based line of its id in the file."""

    id: str
    section: Literal["protect", "enrich", "routes", "fallback"]
    line: int


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done about one text, and why.

    `keyword` is the reading's class; `language` the one replies use; `rules` those that acted, in
    order; `code` the enrollment code that the whole text was; `held_by` the dialog that took it,
    and `held_back` the routes that would have acted but for it. `shadow`: rules in shadow mode that
    would have acted. `farewell`: words that close a conversation, said when it was closed already,
    so that nothing is done. `after` is the thread's state once all effects have been applied.
    """

    keyword: Meaning
    language: str
    after: ThreadState
    rules: tuple[RuleRef, ...] = ()
    effects: tuple[Effect, ...] = ()
    code: str | None = None
    held_by: str | None = None
    held_back: tuple[RuleRef, ...] = ()
    shadow: tuple[RuleRef, ...] = ()
    farewell: bool = False

    @property
    def rule(self) -> RuleRef | None:
        """The rule that decided where the thread goes: the last one outside `enrich`."""
        deciding = [rule for rule in self.rules if rule.section != "enrich"]
        return deciding[-1] if deciding else None
