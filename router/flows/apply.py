"""A decision's effects become rows: consent, privacy requests, timers, members, the outbox."""

from dataclasses import dataclass, field, replace

from router.carrier.addresses import is_short_code, is_toll_free
from router.carrier.webhook import filter_word
from router.flows import consent, membership
from router.flows.held import save_contact
from router.flows.outbox import ANSWER, FIRST, Draft, queue
from router.flows.privacy.request import open_request
from router.flows.ripples import CALM, Ripples
from router.flows.timers import set_escalation
from router.flows.turn import Turn
from rules import decision as effects
from rules.decision import Decision, Say

CARRIER_ANSWERS = {"opt-out": "STOP", "opt-in": "START", "help": "HELP"}


def apply(turn: Turn, decision: Decision) -> Ripples:
    """Apply `decision` to the held thread; the caller saves the thread."""
    held = turn.held
    contact_before = (held.language, held.groups, dict(held.attributes))
    if held.state.state == "closed":
        held.assignee = None
    held.state = decision.after
    held.language = decision.language
    work = _Work(turn)
    for effect in decision.effects:
        work.apply(effect)
    if contact_before != (held.language, held.groups, held.attributes):
        save_contact(held)
    queue(held, work.drafts)
    return Ripples(senders=frozenset({turn.sender.id})) if work.drafts else CALM


@dataclass(slots=True)
class _Work:
    turn: Turn
    drafts: list[Draft] = field(default_factory=list)

    def apply(self, effect: effects.Effect) -> None:
        held, ledger = self.turn.held, self.turn.world.ledger
        match effect:
            case Say():
                self._say(effect)
            case effects.OptOut():
                consent.opt_out(ledger, held, self._how(), self.turn.inbound.body)
            case effects.OptIn():
                consent.opt_in(ledger, held, self._how(), self.turn.inbound.body)
            case effects.Flag():
                held.flagged = True
            case effects.AskPrivacy():
                self._send(open_request(held, effect))
            case effects.Assign():
                held.assignee = effect.staff
            case effects.SaveAttribute():
                held.attributes[effect.name] = effect.value
            case effects.Escalate():
                set_escalation(held, effect)
            case effects.Enroll():
                membership.enroll(held, effect.code, effect.group)
                scope = f"enrollment:{effect.code}"
                consent.record(held, "opt_in", "keyword", self.turn.inbound.body, scope)
            case effects.Tag() | effects.AskEnrollment():
                pass  # both stand in `decision.after` already

    def _say(self, say: Say) -> None:
        if not self._carrier_has_answered(say):
            priority = FIRST if say.template == "opt-out" else ANSWER
            self._send(Draft(say.text, say.kind, say.template, priority=priority))

    def _send(self, draft: Draft) -> None:
        self.drafts.append(replace(draft, cause_id=self.turn.message_id))

    def _carrier_has_answered(self, say: Say) -> bool:
        """Whether the carrier's own filter or its Advanced Opt-Out has sent this answer already."""
        word = CARRIER_ANSWERS.get(say.template)
        if word is None or say.kind != "compliance":
            return False
        if self.turn.inbound.opt_out_type == word:
            return True
        sender = self.turn.sender
        if sender.opt_out_by != "carrier" or word == "HELP" or is_short_code(sender.address):
            return False
        toll_free = is_toll_free(sender.address)
        return filter_word(self.turn.inbound.body, toll_free=toll_free) == word

    def _how(self) -> consent.How:
        return "keyword" if filter_word(self.turn.inbound.body) else "sentence"
