"""What happens to a text, in order."""

from dataclasses import replace
from datetime import timedelta

import pytest

from keywords.reading import Meaning, Reading
from rules.decide import decide
from rules.decision import (
    AskEnrollment,
    AskPrivacy,
    Assign,
    DialogState,
    Enroll,
    Escalate,
    Facts,
    Flag,
    OptIn,
    OptOut,
    Prompt,
    Say,
    Tag,
    ThreadState,
)
from rules.model import Rulebook
from rules.moves import escalated
from rules.rehearsal.pretending import PretendedThread
from tests.rules.conftest import MORNING, decide_text, load_book, said

LATER = MORNING + timedelta(hours=1)
IN_DIALOG = ThreadState("open", dialog=DialogState("summit-signup", "diet", LATER))
ASKED = ThreadState("open", prompt=Prompt("SUMMIT26", LATER))


def test_stop_beats_rules_and_codes_and_dialogs(hotel: Rulebook) -> None:
    thread = replace(IN_DIALOG, prompt=Prompt("SUMMIT26", LATER), team="front-desk")
    decision = decide_text(hotel, "STOP", thread=thread)
    assert isinstance(decision.effects[0], OptOut)
    assert said(decision) == ["opt-out"]
    assert decision.rule is None
    assert (decision.after.dialog, decision.after.prompt) == (None, None)
    assert decision.after.team == "front-desk"


def test_a_second_stop_gets_no_second_confirmation(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "STOP", opted_out=True)
    assert decision.effects == (OptOut(),)


def test_start_opts_in_and_says_so(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "START", opted_out=True)
    assert decision.effects[0] == OptIn(("all", "number:+16125550100"))
    assert said(decision) == ["opt-in"]


def test_a_text_that_built_in_words_settle_opens_no_thread(hotel: Rulebook) -> None:
    assert decide_text(hotel, "STOP").after.state == "closed"
    assert decide_text(hotel, "STOP", thread=ThreadState("open")).after.state == "open"


def test_an_opt_out_beside_a_deletion_acts_at_once_and_both_act(hotel: Rulebook) -> None:
    reading = Reading(Meaning.OPT_OUT, also=(Meaning.DELETE,))
    effects = decide(hotel, reading, "stop and delete my data", Facts(MORNING, "main")).effects
    assert isinstance(effects[0], OptOut)
    assert any(isinstance(effect, AskPrivacy) and effect.kind == "delete" for effect in effects)


@pytest.mark.parametrize(
    ("meaning", "left"),
    [(Meaning.DELETE, "code"), (Meaning.ACCESS, "receipt"), (Meaning.CORRECT, "receipt")],
)
def test_privacy_answers_leave_their_number_to_the_shell(
    hotel: Rulebook, meaning: Meaning, left: str
) -> None:
    effects = decide(hotel, Reading(meaning), "…", Facts(MORNING, "main")).effects
    assert isinstance(effects[0], AskPrivacy)
    assert f"{{{{ {left} }}}}" in effects[0].say.text
    assert "The Grand Hotel" in effects[0].say.text


def test_privacy_words_inside_a_dialog_leave_it_waiting(hotel: Rulebook) -> None:
    assert decide_text(hotel, "DELETE", thread=IN_DIALOG).after.dialog == IN_DIALOG.dialog


def test_help_is_answered_and_still_routed_but_no_rule_replies(hotel: Rulebook) -> None:
    reading = Reading(Meaning.HELP)
    decision = decide(hotel, reading, "HELP the shower is broken", Facts(MORNING, "main"))
    assert said(decision) == ["help"]
    assert decision.after.team == "engineering"
    escalations = [effect for effect in decision.effects if isinstance(effect, Escalate)]
    assert [escalation.say for escalation in escalations] == [None]


def test_help_inside_a_dialog_leaves_it_waiting_and_reaches_no_route(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "HELP", thread=IN_DIALOG)
    assert said(decision) == ["help"]
    assert decision.rules == ()
    assert decision.after.dialog == IN_DIALOG.dialog


def test_help_inside_a_dialog_still_reaches_protect(hotel: Rulebook) -> None:
    facts = Facts(MORNING, "main", thread=IN_DIALOG)
    decision = decide(hotel, Reading(Meaning.HELP), "help, fire!", facts)
    assert decision.rule is not None
    assert decision.rule.id == "emergency"
    assert decision.after.dialog is None


def test_an_ambiguous_text_is_flagged_and_routed_without_a_reply(hotel: Rulebook) -> None:
    facts = Facts(MORNING, "main")
    decision = decide(hotel, Reading(Meaning.AMBIGUOUS), "stop towels", facts)
    assert Flag("doubt") in decision.effects
    assert said(decision) == ["clarify"]
    assert decision.after.team == "front-desk"


def test_protect_interrupts_a_dialog_and_ends_it(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "there is smoke", thread=IN_DIALOG)
    assert decision.rule is not None
    assert decision.rule.id == "emergency"
    assert decision.after.dialog is None
    assert decision.held_by is None


def test_protect_moves_even_a_claimed_thread(hotel: Rulebook) -> None:
    thread = ThreadState("open", team="front-desk", claimed=True)
    after = decide_text(hotel, "fire in 204", thread=thread).after
    assert (after.team, after.claimed) == ("duty-manager", False)


def test_enrich_runs_before_the_rule_that_decides(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "gold member, there is smoke")
    assert [rule.id for rule in decision.rules] == ["vip", "member", "emergency"]
    assert decision.rule is not None
    assert decision.rule.id == "emergency"
    assert decision.after.tags == {"vip", "emergency"}


def test_please_hurry_stays_with_the_team_that_has_the_thread(hotel: Rulebook) -> None:
    thread = ThreadState("open", team="engineering")
    decision = decide_text(hotel, "please hurry", thread=thread)
    assert decision.after.team == "engineering"
    assert decision.effects == ()
    assert decision.rule is not None
    assert decision.rule.id == "fallback"


def test_a_route_moves_an_open_thread_that_nobody_has_claimed(hotel: Rulebook) -> None:
    thread = ThreadState("open", team="engineering")
    assert decide_text(hotel, "towels", thread=thread).after.team == "front-desk"


def test_a_route_leaves_a_claimed_thread_where_it_is_but_replies(hotel: Rulebook) -> None:
    thread = ThreadState("open", team="engineering", claimed=True)
    decision = decide_text(hotel, "towels", thread=thread)
    assert (decision.after.team, decision.after.claimed) == ("engineering", True)
    assert said(decision) == ["towels-coming"]


def test_a_closed_thread_opens_afresh_without_team_and_tags(hotel: Rulebook) -> None:
    thread = ThreadState("closed", team="engineering", claimed=True, tags=frozenset({"old"}))
    after = decide_text(hotel, "what time is breakfast", thread=thread).after
    assert (after.state, after.team, after.claimed) == ("open", "front-desk", False)
    assert after.tags == frozenset()


def test_a_code_asks_for_yes_and_carries_what_carriers_demand(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "summit-26")
    assert AskEnrollment("SUMMIT26") in decision.effects
    say = decision.effects[1]
    assert isinstance(say, Say)
    assert say.kind == "question"
    for needed in ("The Grand Hotel", "Up to 5 texts a day", "Msg & data rates", "STOP", "YES"):
        assert needed in say.text
    assert decision.after.prompt == Prompt("SUMMIT26", MORNING + timedelta(hours=24))
    assert decision.code == "SUMMIT26"


def test_yes_enrolls_and_asks_the_first_question(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "YES", thread=ASKED)
    assert decision.effects[0] == Enroll("SUMMIT26", "summit26")
    assert said(decision) == ["ask-name"]
    assert decision.after.dialog is not None
    assert decision.after.dialog.step == "name"


def test_yes_enrolls_nobody_without_a_prompt(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "YES")
    assert not any(isinstance(effect, Enroll | OptIn) for effect in decision.effects)


def test_yes_after_a_day_is_an_ordinary_text(hotel: Rulebook) -> None:
    late = replace(ASKED, prompt=Prompt("SUMMIT26", MORNING))
    decision = decide_text(hotel, "YES", thread=late)
    assert decision.rule is not None
    assert decision.after.prompt is None


def test_no_ends_the_prompt_silently(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "NO", thread=ASKED)
    assert decision.effects == ()
    assert decision.after.prompt is None


@pytest.mark.parametrize(
    ("facts", "answer"),
    [({"enrolled": frozenset({"SUMMIT26"})}, "code-known"), ({"full": {"SUMMIT26"}}, "code-full")],
)
def test_a_code_that_cannot_be_says_why(
    hotel: Rulebook, facts: dict[str, object], answer: str
) -> None:
    decision = decide_text(hotel, "SUMMIT26", **facts)
    assert said(decision) == [answer]
    assert decision.code == "SUMMIT26"


def test_places_that_are_taken_meanwhile_are_not_given_by_yes(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "YES", thread=ASKED, full=frozenset({"SUMMIT26"}))
    assert said(decision) == ["code-full"]


SMALL = """
version: 1
tenant: cafe
name: The Cafe
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en]
numbers: {main: "+16125550100", events: "+16125550199"}
hours:
  day: {open: {mon-fri: "09:00-17:00"}}
teams:
  bar: {hours: day, backup: boss, strategy: least-busy}
  boss: {strategy: everyone}
templates:
  hi: {en: "The Cafe: hello {{ who }}! 2 texts a week, rates may apply, STOP ends, HELP helps."}
  ask-who: {en: "Who?"}
  ask-sure: {en: "Sure?"}
  bye: {en: "Done, {{ who }}."}
enrollments:
  CLUB: {group: club, numbers: [events], from: 2026-11-01, until: 2026-11-10, confirm: single,
         welcome: hi, frequency: 2 texts a week}
  TALK: {group: talk, numbers: [main], confirm: single, dialog: talk, frequency: 2 texts a week}
dialogs:
  talk:
    expires: 1h
    interrupted_by: [protect, routes]
    steps:
      - {id: sure, ask: ask-sure, expect: yes_no, retries: 0, else: who, on: {"no": cancel}}
      - {id: who, ask: ask-who, expect: text, save: who}
    done: [{reply: bye}]
routes:
  - {id: menu, match: {message_is: menu}, do: [{reply: {text: {en: Soup.}}}]}
  - {id: tea, match: {message_has: tea}, do: [{assign: bar}]}
  - {id: alice, match: {message_has: alice}, do: [{assign: {staff: alice}}, {tag: [a, b]}]}
fallback:
  do: [{assign: bar}]
"""


@pytest.fixture(scope="module")
def cafe() -> Rulebook:
    return load_book(SMALL)


def test_a_code_on_another_number_is_an_ordinary_text(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "CLUB", to="main")
    assert (decision.code, decision.rule and decision.rule.id) == (None, "fallback")


def test_a_code_inside_a_longer_text_is_an_ordinary_text(cafe: Rulebook) -> None:
    assert decide_text(cafe, "join the club", to="events").code is None


def test_until_is_included_and_told_by_the_tenants_own_day(cafe: Rulebook) -> None:
    last_minute = MORNING + timedelta(hours=13, minutes=59)  # 23:59 in Chicago
    assert said(decide_text(cafe, "club", to="events", at=last_minute)) == ["hi"]
    over = last_minute + timedelta(minutes=1)
    assert said(decide_text(cafe, "club", to="events", at=over)) == ["code-closed"]


def test_a_single_opt_in_enrolls_at_once(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "club", to="events")
    assert decision.effects[0] == Enroll("CLUB", "club")


def test_a_single_opt_in_without_a_welcome_says_what_carriers_demand(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "talk")
    assert said(decision) == ["opt-in", "ask-sure"]
    say = decision.effects[1]
    assert isinstance(say, Say)
    assert "2 texts a week" in say.text


def test_out_of_hours_the_backup_gets_the_thread(cafe: Rulebook) -> None:
    night = MORNING + timedelta(hours=12)
    assert decide_text(cafe, "tea").effects == (Assign("bar", None, "least-busy"),)
    assert decide_text(cafe, "tea", at=night).effects == (Assign("boss", None, "everyone"),)


def test_a_person_named_by_a_rule_has_the_thread(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "for alice")
    assert decision.effects == (Assign(staff="alice"), Tag("a"), Tag("b"))
    assert decision.after.claimed
    later = decide_text(cafe, "tea", thread=decision.after)
    assert later.after.last_assignee == "alice"
    assert later.effects == ()


def _asking(step: str, **changes: object) -> ThreadState:
    state = DialogState("talk", step, LATER)
    return ThreadState("open", dialog=replace(state, **changes))  # type: ignore[arg-type]  # by name


def test_a_route_that_assigns_ends_a_dialog_that_it_may_interrupt(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "tea", thread=_asking("who"))
    assert decision.after.dialog is None
    assert decision.after.team == "bar"


def test_a_route_that_only_replies_lets_the_dialog_wait_on(cafe: Rulebook) -> None:
    thread = _asking("who")
    decision = decide_text(cafe, "menu", thread=thread)
    assert said(decision) == ["inline"]
    assert decision.after.dialog == thread.dialog


def test_a_dialog_holds_a_text_and_says_so(hotel: Rulebook) -> None:
    decision = decide_text(hotel, "towels", thread=IN_DIALOG)
    assert decision.held_by == "summit-signup"
    assert decision.rules == ()
    assert said(decision) == ["ask-diet"]


def test_an_answer_can_lead_out_of_a_dialog_without_a_word(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "no", thread=_asking("sure"))
    assert decision.effects == ()
    assert decision.after.dialog is None


def test_an_answer_that_does_not_fit_goes_where_else_says(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "hmm", thread=_asking("sure"))
    assert decision.after.dialog is not None
    assert decision.after.dialog.step == "who"
    assert decision.after.dialog.misses == {"sure": 1}


def test_what_a_dialog_heard_is_saved_and_said(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "Bob {{ who }}", thread=_asking("who"))
    says = [effect for effect in decision.effects if isinstance(effect, Say)]
    assert [say.text for say in says] == ["Done, Bob {{ who }}."]
    assert decision.after.dialog is None


@pytest.mark.parametrize("text", ["", "  \n", "\u200b", "\u2060\ufe0f"])
def test_a_blank_text_answers_no_question(cafe: Rulebook, text: str) -> None:
    decision = decide_text(cafe, text, thread=_asking("who"))
    assert said(decision) == ["ask-who"]
    assert decision.after.dialog is not None


def test_a_dialog_that_has_expired_says_nothing_and_routes_the_text(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "hello", thread=_asking("who", expires_at=MORNING))
    assert decision.after.dialog is None
    assert [rule.id for rule in decision.rules] == ["fallback"]


def test_a_dialog_that_the_book_no_longer_has_routes_the_text(cafe: Rulebook) -> None:
    decision = decide_text(cafe, "hello", thread=_asking("gone"))
    assert decision.after.dialog is None
    assert [rule.id for rule in decision.rules] == ["fallback"]


def test_an_absent_value_reads_as_nothing_with_the_space_before_it(cafe: Rulebook) -> None:
    say = decide_text(cafe, "club", to="events").effects[1]
    assert isinstance(say, Say)
    assert say.text.startswith("The Cafe: hello!")


def test_no_else_loops_for_ever() -> None:
    looping = SMALL.replace("save: who}", "save: who, expect: yes_no, retries: 0, else: sure}")
    book = load_book(looping.replace("expect: text, save", "save"))
    thread = PretendedThread(book, Facts(MORNING, "main"))
    thread.facts = replace(thread.facts, thread=_asking("sure"))
    outcomes = [thread.say("hmm") for _ in range(3)]
    assert outcomes[-1].after.dialog is None
    assert outcomes[-1].after.team == "bar"


def test_the_language_of_a_text_is_that_of_its_words(hotel: Rulebook) -> None:
    assert decide_text(hotel, "toallas").language == "es"
    assert decide_text(hotel, "towels", language="es").language == "en"
    assert decide_text(hotel, "204", language="es").language == "es"
    assert decide_text(hotel, "204").language == "en"
    assert decide_text(hotel, "204", language="de").language == "en"


def test_an_escalation_moves_a_thread_from_whoever_has_it() -> None:
    state = ThreadState("open", team="bar", claimed=True)
    assert escalated(state, Assign("boss")) == ThreadState("open", team="boss")
    assert escalated(state, Assign(staff="alice")).claimed


def test_escalations_of_one_rule_do_not_pile_up(guest: PretendedThread) -> None:
    guest.say("the shower is broken")
    guest.say("still broken!")
    assert [say.template for say in guest.wait(timedelta(minutes=30)).said] == ["waiting"]


def test_the_same_inputs_give_the_same_decision(hotel: Rulebook) -> None:
    assert decide_text(hotel, "smoke and towels") == decide_text(hotel, "smoke and towels")
