"""A rulebook as typed values: what `load` makes of a tenant's YAML file, and `decide` reads."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any, Literal, Protocol
from zoneinfo import ZoneInfo

from keywords.topics import Topics
from rules.decision import RuleRef
from rules.heard import Heard, Phrase
from rules.limits import Limits
from rules.times.week import Week

Texts = Mapping[str, str]  # language -> text
Vocabulary = Mapping[str, Mapping[str, tuple[tuple[str, ...], ...]]]
"""Language -> first word -> the folded phrases of that language that begin with it."""
Section = Literal["protect", "enrich", "routes", "fallback"]


@dataclass(frozen=True, slots=True)
class Number:
    """One of the tenant's senders. `address` is E.164; `service` a Messaging Service's SID.

    `opt_out`: whether an opt-out texted to it counts for the whole tenant or for it alone.
    """

    name: str
    address: str
    service: str | None = None
    opt_out_by: Literal["carrier", "bellhop"] = "carrier"
    opt_out: Literal["tenant", "number"] = "tenant"
    line: int = 1
    col: int = 1


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours in the tenant's zone; no span begins on `closed` days, nor on the public
    `holidays` of a country or a part of one (`US`, `US-MN`).
    """

    name: str
    open: Week
    closed: frozenset[date] = frozenset()
    holidays: str | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """A team: how it shares work, when it is there (`hours`), and who stands in (`backup`)."""

    name: str
    strategy: str = "everyone"
    hours: str | None = None
    capacity: int | None = None
    backup: str | None = None


@dataclass(frozen=True, slots=True)
class Enrollment:
    """A code that people text to join `group`. `since` and `until` are days, both included."""

    code: str
    group: str
    numbers: tuple[str, ...]
    frequency: str
    since: date | None = None
    until: date | None = None
    limit: int | None = None
    confirm: Literal["double", "single"] = "double"
    dialog: str | None = None
    welcome: str | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """A program of the business that is told of texts. `secret` names an environment variable."""

    name: str
    url: str
    secret: str


@dataclass(frozen=True, slots=True)
class PrivacyTerms:
    """What the business promises about data; None: what the law and the settings say.

    `respond_days` counts business days where `in_business_days`. `retention` maps messages, media
    and closed_threads to how long they are kept.
    """

    respond_days: int | None = None
    in_business_days: bool = True
    retention: Mapping[str, timedelta] = field(default_factory=lambda: MappingProxyType({}))
    may_disclose: bool = True
    minimum_age: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A dialog's question (`ask`, a template) and what answers it."""

    id: str
    ask: str
    expect: str
    save: str | None = None
    choices: Mapping[str, tuple[Phrase, ...]] = field(default_factory=lambda: MappingProxyType({}))
    retries: int = 1
    otherwise: str = "handover"  # `else`: handover, cancel or a step id
    on: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    line: int = 1
    col: int = 1


@dataclass(frozen=True, slots=True)
class Dialog:
    """Questions asked one after the other; `done` is a list of actions."""

    name: str
    steps: tuple[Step, ...]
    done: tuple["Action", ...] = ()
    expires: timedelta = timedelta(hours=24)
    interrupted_by: tuple[str, ...] = ("protect",)


@dataclass(frozen=True, slots=True)
class Action:
    """One action as written: its key (`reply`, `assign`, …), its typed value, its line."""

    key: str
    value: Any  # the dataclass of that action, see actions.py
    line: int
    col: int = 1


@dataclass(frozen=True, slots=True)
class Condition:
    """One condition as written: its key, its typed value, its line."""

    key: str
    value: Any  # the value type of that condition, see conditions.py
    line: int
    col: int = 1


@dataclass(frozen=True, slots=True)
class Example:
    """A text that a rule must act on, or (`acts` false) must not match."""

    text: str
    acts: bool
    line: int
    col: int


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule: all conditions of `match` must hold. `line` is that of its id, 1-based.

    `goes_on`: the rules below it are tried as well (`then: continue`). `is_shadow`: it is recorded
    and never acts. `rollout`: so many percent of the contacts have it. `expires`: its last day.
    """

    id: str
    section: Section
    line: int
    match: tuple[Condition, ...]
    do: tuple[Action, ...]
    why: str = ""
    examples: tuple[Example, ...] = ()
    col: int = 1
    goes_on: bool = False
    is_shadow: bool = False
    rollout: int = 100
    expires: date | None = None

    @property
    def ref(self) -> RuleRef:
        """How decisions and findings name it."""
        return RuleRef(self.id, self.section, self.line)

    @property
    def may_be_absent(self) -> bool:
        """Whether it is in force for some people or at some times alone, so that it hides none."""
        return self.is_shadow or self.rollout < 100 or self.expires is not None  # noqa: PLR2004 - %


class RuleFinder(Protocol):
    """Knows which rules a text may match, without asking each."""

    def candidates(self, section: Section, heard: Heard) -> Iterable[Rule]:
        """The rules of a section that the words of a text do not rule out, top to bottom."""
        ...


@dataclass(frozen=True, slots=True, repr=False)
class Rulebook:
    """One tenant's whole rulebook. The first of `languages` is the default.

    `topics` are the kinds of texts that a person may opt out of alone, by name, each with its words
    by language; `topic_words` those and the enrollment codes, for the keyword layer. Without a
    `finder` every rule is asked.
    """

    tenant: str
    name: str
    contact: str
    timezone: ZoneInfo
    languages: tuple[str, ...]
    numbers: Mapping[str, Number]
    hours: Mapping[str, Hours]
    teams: Mapping[str, Team]
    topics: Mapping[str, Mapping[str, tuple[Phrase, ...]]]
    keywords: Mapping[str, Mapping[str, tuple[Phrase, ...]]]
    templates: Mapping[str, Texts]
    enrollments: Mapping[str, Enrollment]
    dialogs: Mapping[str, Dialog]
    protect: tuple[Rule, ...]
    enrich: tuple[Rule, ...]
    routes: tuple[Rule, ...]
    fallback: Rule
    limits: Limits
    privacy: PrivacyTerms
    webhooks: Mapping[str, Webhook]
    topic_words: Topics
    vocabulary: Vocabulary = field(default_factory=lambda: MappingProxyType({}))
    enrolling: frozenset[str] = frozenset()
    """The codes that rules and dialogs enroll into."""
    finder: RuleFinder | None = field(default=None, compare=False)
    codes: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """A code as people type it, folded and without spaces -> the code as written."""

    def __repr__(self) -> str:
        return f"<Rulebook of {self.tenant}>"
