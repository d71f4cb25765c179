"""What each action brings about."""

from datetime import timedelta

from rules.decision import (
    AskEnrollment,
    AskPrivacy,
    Assign,
    CallWebhook,
    Close,
    Decision,
    DialogState,
    Effect,
    Notify,
    SaveAttribute,
    Snooze,
    Tag,
    ThreadState,
    Untag,
)
from tests.rules.conftest import MORNING, decide_text, said
from tests.rules.shop import routes, shop

LATER = MORNING + timedelta(hours=1)


def does(do: str, text: str = "tea", **facts: object) -> Decision:
    """The decision of a rule with these actions."""
    book = routes(f"{{id: it, match: {{message_has: [tea, help]}}, do: {do}}}")
    return decide_text(book, text, **facts)


def effects(decision: Decision, kind: type[Effect]) -> list[Effect]:
    return [effect for effect in decision.effects if isinstance(effect, kind)]


def test_untag_takes_a_tag_off() -> None:
    thread = ThreadState("open", tags=frozenset({"vip", "late"}))
    decision = does("[{untag: [vip, gone]}, {tag: seen}]", thread=thread)
    assert decision.after.tags == {"late", "seen"}
    assert effects(decision, Untag) == [Untag("vip"), Untag("gone")]


def test_set_remembers_values_that_a_reply_may_name() -> None:
    decision = does("[{set: {who: Ana, tier: gold}}, {reply: hello}]")
    assert effects(decision, SaveAttribute) == [
        SaveAttribute("who", "Ana"), SaveAttribute("tier", "gold")
    ]  # fmt: skip
    assert "Hello Ana." in [getattr(effect, "text", "") for effect in decision.effects]


def test_start_begins_a_dialog_after_a_welcome() -> None:
    decision = does("[{reply: soon}, {start: order}, {assign: kitchen}]")
    assert said(decision) == ["soon", "ask-date"]
    assert decision.after.dialog == DialogState("order", "day", MORNING + timedelta(hours=24))
    assert decision.after.team == "kitchen"


def test_enroll_asks_as_if_the_code_had_been_texted() -> None:
    decision = does("[{enroll: CLUB}]")
    assert said(decision) == ["confirm"]
    assert effects(decision, AskEnrollment) == [AskEnrollment("CLUB")]
    assert said(does("[{enroll: CLUB}]", enrolled=frozenset({"CLUB"}))) == ["code-known"]


def test_help_reaches_a_person_and_starts_nothing() -> None:
    decision = does("[{start: order}, {assign: kitchen}]", "help")
    assert said(decision) == ["help"]
    assert (decision.after.dialog, decision.after.team) == (None, "kitchen")
    assert said(does("[{enroll: CLUB}, {assign: kitchen}]", "help")) == ["help"]


def test_nothing_is_started_for_whoever_has_opted_out() -> None:
    for do in ("[{start: order}, {assign: kitchen}]", "[{enroll: CLUB}, {assign: kitchen}]"):
        decision = does(do, opted_out=True)
        assert said(decision) == []
        assert (decision.after.dialog, decision.after.prompt) == (None, None)


def test_privacy_starts_the_built_in_way() -> None:
    (asked,) = effects(does("[{privacy: delete}]"), AskPrivacy)
    assert isinstance(asked, AskPrivacy)
    assert (asked.kind, asked.say.template) == ("delete", "delete")
    assert "{{ code }}" in asked.say.text


def test_notify_names_who_is_told_and_how() -> None:
    decision = does("[{notify: {team: boss, by: [sms, push]}}, {notify: {staff: carol}}]")
    assert effects(decision, Notify) == [
        Notify("it", "boss", None, ("sms", "push")), Notify("it", None, "carol", ("sms",))
    ]  # fmt: skip


def test_out_of_hours_the_backup_is_told() -> None:
    night = MORNING + timedelta(hours=12)
    decision = does("[{notify: bar}, {assign: bar}]", at=night)
    assert effects(decision, Notify) == [Notify("it", "boss", None, ("sms",))]
    assert decision.after.team == "boss"


def test_a_webhook_is_called_by_its_name() -> None:
    assert effects(does("[{webhook: till}]"), CallWebhook) == [CallWebhook("it", "till")]


def test_snooze_puts_the_thread_aside_until_they_write_again() -> None:
    decision = does("[{assign: kitchen}, {snooze: 2h}]")
    assert decision.after.state == "snoozed"
    assert effects(decision, Snooze) == [Snooze(timedelta(hours=2))]
    again = does("[{tag: seen}]", thread=decision.after)
    assert (again.after.state, again.after.team) == ("open", "kitchen")


def test_close_ends_the_episode() -> None:
    thread = ThreadState("open", team="bar", claimed=True, tags=frozenset({"vip"}))
    decision = does("[{reply: soon}, {close: true}]", thread=thread)
    assert decision.after.state == "closed"
    assert (decision.after.tags, decision.after.claimed) == (frozenset(), False)
    assert effects(decision, Close) == [Close()]


def test_protect_may_take_a_claimed_thread_and_routes_may_not() -> None:
    book = shop(
        "protect: [{id: fire, match: {message_has: $smoke}, do: [{assign: boss}]}]\n"
        "routes: [{id: tea, match: {message_has: $tea}, do: [{assign: kitchen}]}]\n"
    )
    thread = ThreadState("open", team="bar", claimed=True, last_assignee="carol")
    assert decide_text(book, "tea", thread=thread).after == decide_text(
        book, "anything", thread=thread
    ).after  # fmt: skip
    taken = decide_text(book, "smoke", thread=thread)
    assert (taken.after.team, taken.after.claimed) == ("boss", False)
    assert effects(taken, Assign) == [Assign("boss", None, "everyone")]


def test_please_hurry_stays_with_the_team_that_has_the_thread() -> None:
    thread = ThreadState("open", team="kitchen")
    decision = decide_text(routes("{id: tea, match: {message_has: tea}, do: [{tag: tea}]}"),
                           "please hurry", thread=thread)  # fmt: skip
    assert (decision.rule and decision.rule.id, decision.after.team) == ("fallback", "kitchen")
    assert effects(decision, Tag) == []
