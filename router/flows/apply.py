"""A decision's effects become rows: consent, privacy requests, timers, members, the outbox."""

from dataclasses import dataclass, field, replace

from router.flows import membership
from router.flows.assign.hands import close, let_go
from router.flows.assign.place import pass_on
from router.flows.consent import wishes
from router.flows.consent.doubt import begin_doubt, end_doubt
from router.flows.consent.events import Evidence, How
from router.flows.consent.shown import Shown, question_asked
from router.flows.dispatches.notify import call_webhook, notify
from router.flows.held import save_contact
from router.flows.outbox import ANSWER, FIRST, Draft, queue
from router.flows.privacy.request import open_request
from router.flows.ripples import CALM, Ripples
from router.flows.sending.verdicts import CONFIRMATIONS, CONFIRMED_WITHIN
from router.flows.snooze import put_aside
from router.flows.timers import set_escalation
from router.flows.turn import Turn
from rules import decision as effects
from rules.decision import EVERYTHING, Decision, Say, number_scope, topic_scope

CARRIER_ANSWERS = {"opt-out": "STOP", "opt-in": "START"}


def apply(turn: Turn, decision: Decision) -> Ripples:
    """Apply `decision` to the held thread; the caller saves the thread."""
    held = turn.held
    contact_before = (held.language, held.groups, dict(held.attributes))
    before = held.state
    if before.state == "closed" and decision.after.state != "closed":
        let_go(held)
    held.state = decision.after
    held.language = decision.language
    work = _Work(turn, decision)
    for effect in decision.effects:
        work.apply(effect)
    pass_on(held, before, turn.live.book, work.given)
    if contact_before != (held.language, held.groups, held.attributes):
        save_contact(held)
    queue(held, work.drafts)
    ripples = Ripples(senders=frozenset({turn.sender.id})) if work.drafts else CALM
    return ripples | Ripples(dispatches=frozenset({held.tenant_id})) if work.tells else ripples


@dataclass(slots=True)
class _Work:
    turn: Turn
    decision: Decision
    drafts: list[Draft] = field(default_factory=list)
    tells: bool = False  # others than the contact are told something
    given: effects.Assign | None = None  # to whom, in the end

    def apply(self, effect: effects.Effect) -> None:
        held = self.turn.held
        match effect:
            case Say():
                self._say(effect)
            case effects.OptOut():
                self._opt_out(effect.scope)
            case effects.OptIn():
                self._opt_in(effect.scopes)
            case effects.WantBack():
                self._want_back()
            case effects.Flag():
                if effect.name == "doubt":
                    begin_doubt(held, self.turn.inbound.body, asked=self._asks_back())
            case effects.AskPrivacy():
                answer = open_request(held, effect, self.turn.live.book)
                self._send(replace(answer, withheld=effect.say.withheld))
            case effects.Enroll():
                self._enroll(effect.code, effect.group)
            case effects.Tag() | effects.Untag() | effects.AskEnrollment():
                pass  # they stand in `decision.after` already
            case effects.Notify() | effects.CallWebhook():
                self._tell(effect)
            case _:
                self._route(effect)

    def _route(
        self,
        effect: effects.Assign
        | effects.SaveAttribute
        | effects.Escalate
        | effects.Snooze
        | effects.Close,
    ) -> None:
        held = self.turn.held
        match effect:
            case effects.Assign():
                self.given = effect
            case effects.SaveAttribute():
                held.attributes[effect.name] = effect.value
            case effects.Escalate():
                set_escalation(held, effect)
            case effects.Snooze():
                put_aside(held, held.at + effect.length)
            case effects.Close():
                close(held)

    def _tell(self, effect: effects.Notify | effects.CallWebhook) -> None:
        """Others than the contact are told of this text."""
        self.tells = True
        match effect:
            case effects.Notify():
                notify(self.turn.held, self.turn.live.book, effect, self.turn.message_id)
            case effects.CallWebhook():
                call_webhook(self.turn.held, effect, self.turn.message_id)

    def _opt_out(self, scope: str) -> None:
        held, ledger = self.turn.held, self.turn.world.ledger
        whole = not scope.startswith(topic_scope(""))
        at_carrier = whole and self.turn.carrier_word == "STOP"
        wishes.opt_out(ledger, held, self._evidence(), scope, at_carrier=at_carrier)
        enrollments = self.turn.live.book.enrollments
        left = [code for code in enrollments if topic_scope(code) == scope]
        for code in left:
            membership.leave(held, code, enrollments[code].group)
        if whole:
            end_doubt(held, release=False)

    def _opt_in(self, scopes: tuple[str, ...]) -> None:
        held = self.turn.held
        ledger = self.turn.world.ledger
        wishes.opt_in(ledger, held, self._evidence(self._shown()), scopes)
        end_doubt(held, release=True)

    def _want_back(self) -> None:
        """Their own opt-out is over; the carrier's block stands until they text START."""
        held, ledger = self.turn.held, self.turn.world.ledger
        standing = held.suppressed & {EVERYTHING, number_scope(held.number)}
        for scope in standing or {EVERYTHING}:
            wishes.lift(ledger, held, scope)
            wishes.record(held, "wants_back", self._evidence(), scope)
        end_doubt(held, release=False)

    def _enroll(self, code: str, group: str) -> None:
        held, ledger = self.turn.held, self.turn.world.ledger
        membership.enroll(held, code, group)
        wishes.lift(ledger, held, topic_scope(code))
        asked = question_asked(held) if self.decision.code is None else None
        evidence = self._evidence(asked or self._shown())
        wishes.opt_in(ledger, held, evidence, (f"enrollment:{code}",))

    def _say(self, say: Say) -> None:
        if self._is_said(say):
            priority = FIRST if say.template in CONFIRMATIONS else ANSWER
            draft = Draft(say.text, say.kind, say.template, priority=priority)
            self._send(replace(draft, withheld=say.withheld))

    def _send(self, draft: Draft) -> None:
        self.drafts.append(replace(draft, cause_id=self.turn.message_id))

    def _says(self) -> list[Say]:
        """What is said to this text, and leaves."""
        says = [effect for effect in self.decision.effects if isinstance(effect, Say)]
        return [say for say in says if self._is_said(say) and not say.withheld]

    def _asks_back(self) -> bool:
        """Whether the person knows our question: it is asked now, or was before."""
        asked_before = self.decision.after.asked_back
        return asked_before or any(say.template == "clarify" for say in self._says())

    def _shown(self) -> Shown | None:
        """What is said to someone who agrees by this very text."""
        live = self.turn.live
        version = f"{live.file}@{live.revision}"
        return next((Shown(say.text, version) for say in self._says()), None)

    def _is_said(self, say: Say) -> bool:
        """Whether it is ours to say, and not too late: a text may have come in by a detour."""
        late = self.turn.held.at - self.turn.said_at > CONFIRMED_WITHIN
        if say.template in CONFIRMATIONS and late:
            return False
        return not self._carrier_has_answered(say)

    def _carrier_has_answered(self, say: Say) -> bool:
        """Whether the carrier has sent this answer already. Its own HELP names neither program nor
        contact, so that ours follows; Advanced Opt-Out's is the business's own wording.
        """
        if say.kind != "compliance":
            return False
        if say.template == "help":
            return self.turn.inbound.opt_out_type == "HELP"
        word = CARRIER_ANSWERS.get(say.template)
        return word is not None and self.turn.carrier_word == word

    def _evidence(self, shown: Shown | None = None) -> Evidence:
        turn = self.turn
        how: How = "keyword" if turn.reading.is_bare else "sentence"
        return Evidence(
            how,
            turn.inbound.body,
            turn.held.number,
            disclosure=shown.text if shown else None,
            version=shown.version if shown else None,
            zone=turn.live.book.timezone.key,
        )
