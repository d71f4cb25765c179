"""How consent reads: what a person may be sent, what happened, and what staff should look at."""

from router.flows.consent.desk import THEIR_OWN_WORD
from router.flows.consent.events import Event, Evidence
from router.flows.thread_page import ThreadPage

BADGES = {
    "doubt": "Opt-out?",
    "limit": "Too many replies",
    "start": "Must text START",
    "guessing": "Guesses codes",
    "unheard": "Not reached",
    "misdirected": "Rule misdirects",
}
"""Flags in a list; `rules/decision.py` says what each is."""

NOTICES = {
    "limit": "They were answered without a person too often: automatic replies pause.",
    "start": "They want texts again, but the carrier still blocks them: they must text START to {} "
    "themselves. Tell them some other way.",
    "guessing": "Somebody is guessing at enrollment codes from this number.",
    "unheard": "The carrier refused an answer that we owe them: reach them some other way.",
    "misdirected": "A rule gives this to a person without an account here, or to a team that is "
    "gone, so that others have it. Correct the rule, or make the account.",
}
EVENTS = {
    ("opt_out", "all"): "Opted out of all texts",
    ("opt_out", "number"): "Opted out of texts from {}",
    ("opt_out", "topic"): "Wants no texts about {}",
    ("opt_out", "topic:marketing"): "Wants no marketing",
    ("opt_in", "topic:marketing"): "Wants marketing again",
    ("opt_in", "all"): "Agreed to texts",
    ("opt_in", "number"): "Wants texts from {} again",
    ("opt_in", "topic"): "Wants texts about {} again",
    ("opt_in", "service"): "Agreed to service texts",
    ("opt_in", "marketing"): "Agreed to marketing",
    ("opt_in", "enrollment"): "Enrolled with {}",
    ("corrected", "all"): "Opt-out taken back: it was a mistake",
    ("corrected", "number"): "Opt-out for {} taken back: it was a mistake",
}
WITHOUT_SCOPE = {
    "opt_out": "Opted out",
    "opt_in": "Agreed to texts",
    "corrected": "Opt-out taken back: it was a mistake",
    "wants_back": "Wants texts again; the carrier still blocks them",
    "kept": "A text in doubt was no opt-out",
    "blocked": "Sender blocked",
    "unblocked": "Sender unblocked",
}
WAYS = {
    "keyword": "by a word of their own",
    "sentence": "in a text of their own",
    "silence": "by silence: asked, and no answer for a day",
    "staff": "recorded by staff",
    "import": "from an imported list",
    "web": "on a web page",
    "carrier": "reported by the carrier",
}
ONLY_START_LIFTS = "The carrier blocks them: only their own START lifts that."
TONES = {"opt_out": "bad", "blocked": "bad", "opt_in": "good", "corrected": "good"}


def event_words(event: Event) -> str:
    """What happened, and how far it reaches: `Wants no texts about ads`."""
    kind, _, name = event.scope.partition(":")
    said = EVENTS.get((event.what, event.scope)) or EVENTS.get((event.what, kind))
    return (said or WITHOUT_SCOPE.get(event.what, event.what)).format(name)


def way_words(evidence: Evidence) -> str:
    """How it was learned, and through whom."""
    if evidence.how == "staff" and evidence.author:
        return f"recorded by {evidence.author}"
    return WAYS.get(evidence.how, evidence.how)


def standing_words(page: ThreadPage) -> str:
    """What may be sent to a person, as short as it can be said."""
    consent = page.consent
    if consent.opted_out:
        return "the carrier blocks them" if page.consent.only_at_carrier else "opted out"
    if page.blocked:
        return "sender blocked"
    if consent.purpose == "service" and not consent.service:
        return "nothing until they text again"
    kinds = {"service texts": consent.service, "marketing": takes_marketing(page)}
    *most, last = ["answers", *(kind for kind, is_allowed in kinds.items() if is_allowed)]
    said = f"{', '.join(most)} and {last}" if most else f"{last} only"
    objected = ", ".join(topic for topic in consent.topics_out if topic != "marketing")
    return f"{said}; none about {objected}" if objected else said


def takes_marketing(page: ThreadPage) -> bool:
    """Whether they agreed to marketing, and have not objected to it since."""
    return page.consent.marketing and "marketing" not in page.consent.topics_out


def why_not_corrected(page: ThreadPage) -> str | None:
    """Why staff cannot take an opt-out back; None where they can, or there is none."""
    if not page.consent.opted_out or page.consent.can_correct:
        return None
    return ONLY_START_LIFTS if page.consent.only_at_carrier else THEIR_OWN_WORD


def can_opt_out(page: ThreadPage) -> bool:
    """Whether an opt-out could be recorded still: the carrier's own block is no wish."""
    return not page.consent.opted_out or page.consent.only_at_carrier


def flag_notice(flag: str, number: str) -> str:
    """What staff should know of a flag; `number` is ours."""
    return NOTICES.get(flag, flag).format(number)


def text_in_doubt(page: ThreadPage) -> str | None:
    """The latest text that was read as ambiguous, while nobody has decided about it."""
    if "doubt" not in page.flags:
        return None
    read = (m.body for m in reversed(page.messages) if m.why and m.why.keyword == "ambiguous")
    return next(read, None)
