"""Mail, handed to a real server: what arrives, and what each answer means."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import pytest

from router.couriers.mail import NO_SERVER, NO_TIME, SILENT, Letter, Mailer
from router.couriers.outcome import Done, Failed, Outcome, Retry, Unknown
from router.now import steady_seconds
from router.settings import Settings
from tests.couriers.certificate import Certificate, make_certificate
from tests.couriers.post_office import LOGIN, PostOffice, post_office

LETTER = Letter(
    id="0dispatch",
    to="dave@hotel.example",
    subject="Bellhop: emergency for duty-manager",
    text="Emergency for duty-manager.\n\n.hidden\nhttps://sms.hotel.example/inbox/open/1\n",
    at=datetime(2026, 11, 22, 10, tzinfo=UTC),
)
USER = f"{quote(LOGIN[0].decode(), safe='')}:{quote(LOGIN[1].decode(), safe='')}@"

Make = Callable[..., Mailer]


@pytest.fixture
def mailer(make_settings: Callable[..., Settings]) -> Make:
    """A mailer to a post office: its scheme, who it signs in as, whom it trusts."""

    def make(
        office: PostOffice, user: str = "", scheme: str = "smtp", query: str = "", **given: Any
    ) -> Mailer:
        url = f"{scheme}://{user}127.0.0.1:{office.port}{query}"
        settings = make_settings(public_url="https://sms.hotel.example", smtp_url=url)
        return Mailer(settings, seconds=10.0, **given)

    return make


@pytest.fixture(scope="module")
def localhost(tmp_path_factory: pytest.TempPathFactory) -> Certificate:
    return make_certificate(tmp_path_factory.mktemp("mail"), "127.0.0.1")


def send(mailer: Mailer, letter: Letter = LETTER) -> Outcome:
    return mailer.send(letter, steady_seconds() + 60)


def test_a_letter_arrives_whole(mailer: Make) -> None:
    with post_office() as office:
        assert send(mailer(office)) == Done()
    (mail,) = office.mails
    assert mail["From"] == "Bellhop <bellhop@sms.hotel.example>"
    assert (mail["To"], mail["Subject"]) == (LETTER.to, LETTER.subject)
    assert mail["Message-ID"] == "<0dispatch@sms.hotel.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"] == "Sun, 22 Nov 2026 10:00:00 +0000"
    assert mail.get_content().splitlines() == LETTER.text.splitlines()


def test_starttls_is_used_where_it_is_offered(mailer: Make, localhost: Certificate) -> None:
    with post_office(localhost.serving(), login=True) as office:
        assert send(mailer(office, USER, context=localhost.trusting())) == Done()
    assert office.encrypted == [True]
    assert office.logins == ["bell@hotel.example"]
    assert office.mails[0]["From"] == "Bellhop <bell@hotel.example>"


def test_smtps_is_encrypted_from_the_start(mailer: Make, localhost: Certificate) -> None:
    with post_office(localhost.serving(), is_secure=True) as office:
        assert send(mailer(office, scheme="smtps", context=localhost.trusting())) == Done()
    assert office.encrypted == [True]


def test_a_certificate_that_nobody_trusts_gets_no_password(
    mailer: Make, localhost: Certificate
) -> None:
    with post_office(localhost.serving(), login=True) as office:
        assert send(mailer(office, USER)) == Retry("the mail server's certificate is not trusted")
    assert office.mails == []


def test_a_wrong_password_is_said(mailer: Make) -> None:
    with post_office() as office:
        wrong = mailer(office, "someone:else@")
        assert send(wrong) == Retry("the mail server refuses the login (535)")
        assert wrong.check() == "the mail server refuses the login (535)"


def test_the_sender_may_be_named(mailer: Make) -> None:
    with post_office() as office:
        assert send(mailer(office, query="?from=desk@hotel.example")) == Done()
    assert office.mails[0]["From"] == "Bellhop <desk@hotel.example>"


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("450 later", Retry("the mail server refuses the address (450)")),
        ("550 nobody", Failed("the mail server refuses the address (550)")),
    ],
)
def test_a_refused_address(mailer: Make, answer: str, outcome: Outcome) -> None:
    with post_office() as office:
        office.at_recipient = answer
        assert send(mailer(office)) == outcome


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        ("452 full", Retry("the mail server refuses the mail (452)")),
        ("554 no", Failed("the mail server refuses the mail (554)")),
    ],
)
def test_a_refused_mail(mailer: Make, answer: str, outcome: Outcome) -> None:
    with post_office() as office:
        office.at_end = answer
        assert send(mailer(office)) == outcome


def test_no_answer_to_the_text_means_that_it_may_have_been_taken(mailer: Make) -> None:
    with post_office() as office:
        office.hangs_up = True
        assert send(mailer(office)) == Unknown("the mail server broke off after the mail was sent")


def test_a_server_that_is_not_there_is_tried_again(mailer: Make) -> None:
    with post_office() as office:
        pass
    gone = mailer(office)
    assert send(gone) == Retry(SILENT)
    assert gone.check() == SILENT


def test_past_the_deadline_the_text_is_not_sent(mailer: Make) -> None:
    with post_office() as office:
        assert mailer(office).send(LETTER, steady_seconds() - 1) == Retry(NO_TIME)
    assert office.mails == []


@pytest.mark.parametrize("address", ["", "dave", "dave@hotel.example\r\nBcc: x@y.example", "dä@x"])
def test_what_is_no_address_is_not_written_to(mailer: Make, address: str) -> None:
    with post_office() as office:
        letter = Letter("1", address, "s", "t\n", LETTER.at)
        assert send(mailer(office), letter) == Failed("the address cannot be written to")


def test_without_a_server_nothing_is_tried(settings: Settings) -> None:
    assert send(Mailer(settings)) == Failed(NO_SERVER)


def test_a_working_server_has_no_fault(mailer: Make) -> None:
    with post_office() as office:
        assert mailer(office).check() is None
