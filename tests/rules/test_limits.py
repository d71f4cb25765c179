"""No two machines talk for ever: a contact gets so many answers within so long."""

from datetime import timedelta

from rules.decision import AskPrivacy, Flag, Recent, Say, ThreadState
from rules.limits import count_answer, count_reply
from rules.load import load
from rules.model import Rulebook
from rules.rehearsal.pretending import PretendedThread
from tests.rules.cafe import CAFE
from tests.rules.conftest import MORNING, decide_text, load_book, names

MINUTE = timedelta(minutes=1)


def test_replies_past_the_limit_are_withheld_and_staff_is_told_once(
    regular: PretendedThread,
) -> None:
    said = [regular.say("tea") for _ in range(4)]
    assert [names(outcome) for outcome in said] == [["soon"], ["soon"], [], []]
    assert [Flag("limit") in outcome.effects for outcome in said] == [False, False, True, False]
    assert said[3].after.team == "bar"
    (withheld,) = [effect for effect in said[3].effects if isinstance(effect, Say)]
    assert withheld.withheld


def test_the_window_moves_on(regular: PretendedThread) -> None:
    regular.say("tea")
    regular.wait(6 * MINUTE)
    regular.say("tea")
    regular.wait(4 * MINUTE)
    assert names(regular.say("tea")) == ["soon"]
    assert names(regular.say("tea")) == []


def test_stop_is_heard_and_confirmed_past_the_limit(regular: PretendedThread) -> None:
    for _ in range(3):
        regular.say("tea")
        regular.say("HELP")
    assert names(regular.say("STOP ads")) == ["opt-out-topic"]
    assert names(regular.say("STOP")) == ["opt-out"]


def test_built_in_answers_have_a_count_of_their_own(regular: PretendedThread) -> None:
    for _ in range(3):
        regular.say("tea")
    answers = [regular.say(text) for text in ("HELP", "access my data", "HELP", "DELETE")]
    assert [names(outcome) for outcome in answers] == [["help"], ["access"], [], []]
    (asked,) = [effect for effect in answers[3].effects if isinstance(effect, AskPrivacy)]
    assert asked.say.withheld


def test_a_dialog_goes_on_past_the_limit(regular: PretendedThread) -> None:
    for _ in range(3):
        regular.say("tea")
    assert names(regular.say("SUMMIT26")) == ["confirm"]
    assert names(regular.say("YES")) == ["ask-name"]
    assert names(regular.say("Ana")) == ["done"]


def test_a_reply_that_a_timer_gives_counts(regular: PretendedThread) -> None:
    regular.say("slow")
    regular.say("tea")
    regular.say("tea")
    timer = regular.wait(6 * MINUTE)
    assert (timer.said, timer.after.flags, timer.after.team) == ((), {"limit"}, "boss")


def test_what_is_not_sent_after_a_stop_counts_for_nothing(regular: PretendedThread) -> None:
    regular.say("STOP")
    for _ in range(4):
        assert regular.say("tea").after.recent.replies == ()
    regular.say("START")
    assert names(regular.say("tea")) == ["soon"]


def test_a_question_that_is_withheld_may_be_asked_later(regular: PretendedThread) -> None:
    regular.say("HELP")
    regular.say("HELP")
    assert not regular.say("wrong number").after.asked_back
    regular.wait(11 * MINUTE)
    assert names(regular.say("wrong number")) == ["clarify"]


def test_counting_keeps_what_is_within_the_window(cafe: Rulebook) -> None:
    recent = Recent(replies=(MORNING - 11 * MINUTE, MORNING - 9 * MINUTE))
    counted, allowed = count_reply(recent, MORNING, cafe.limits)
    assert (counted.replies, allowed) == ((MORNING - 9 * MINUTE, MORNING), True)
    assert count_reply(counted, MORNING, cafe.limits) == (counted, False)
    assert count_answer(counted, MORNING, cafe.limits)[1]


def test_what_is_past_its_window_is_forgotten(cafe: Rulebook) -> None:
    old = (MORNING - timedelta(days=1),)
    thread = ThreadState("open", recent=Recent(old, old, old))
    assert decide_text(cafe, "hello", thread=thread).after.recent == Recent()


def test_without_the_section_twenty_replies_in_ten_minutes_are_the_limit() -> None:
    limits = load_book(CAFE.replace("limits: {auto_replies: 2 per 10m}\n", "")).limits
    assert (limits.auto_replies, limits.window) == (20, 10 * MINUTE)


def test_quiet_hours_alone_leave_the_replies_as_they_are() -> None:
    book = load(CAFE.replace("auto_replies: 2 per 10m", "quiet_hours: recipient"), "a.yaml").book
    assert book is not None
    assert book.limits.auto_replies == 20
