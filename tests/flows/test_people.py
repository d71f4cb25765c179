"""People already known: contacts and suppression lists come in from files, and go out again."""

import csv
import io
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlmodel import col

from router.carrier.api import Inbound
from router.flows.consent.audit import count_differences
from router.flows.consent.desk import record_opt_out
from router.flows.letter import Letter, reply
from router.flows.people.contacts_in import import_contacts
from router.flows.people.contacts_out import export_contacts
from router.flows.people.outcome import ContactCounts, Imported, Refused, Source
from router.flows.people.suppressions_in import import_suppressions
from router.flows.people.suppressions_out import export_suppressions
from router.flows.people.table import MOST_ROWS
from router.flows.privacy.erase import erase
from router.flows.publish import publish_folder
from router.flows.receive import receive
from router.flows.show import NoSuchTenant
from router.flows.staff import StaffIdentity
from router.flows.threads import list_threads
from router.flows.world import World
from router.store.rows import table
from router.store.tables import (
    ConsentEvent,
    Contact,
    Enrolled,
    PrivacyRequest,
    Suppression,
    Thread,
)
from tests.flows.conftest import BOOK, EVENTS, MAIN, TENANT, Line, Person, wait_for

ALICE, BOB, CAROL = "+16125550001", "+16125550002", "+16125550003"
PAPER = "2026-01-05,paper,signed at check-in"
CONSENT = "consent,consent_at,consent_how,consent_evidence"


def take(world: World, *lines: str, **given: Any) -> Imported[ContactCounts] | Refused:
    """Import these lines as a file of contacts."""
    return import_contacts(world, TENANT, _file(lines), Source("guests.csv"), **given)


def taken(world: World, *lines: str, **given: Any) -> ContactCounts:
    """The same, which must go well."""
    done = take(world, *lines, **given)
    assert isinstance(done, Imported), done
    return done.counts


def refused(world: World, *lines: str, **given: Any) -> list[tuple[int, str]]:
    """The same, which must fail: at which lines and columns."""
    done = take(world, *lines, **given)
    assert isinstance(done, Refused), done
    assert all(problem.problem and problem.hint for problem in done.problems)
    return [(problem.line, problem.column) for problem in done.problems]


def stop(world: World, *lines: str, **given: Any) -> Any:
    """Import these lines as a suppression list."""
    source = Source("stopped.csv")
    return import_suppressions(world, TENANT, _file(lines), source, **given)


def exported(world: World) -> str:
    out = io.StringIO()
    export_contacts(world, TENANT, out)
    return out.getvalue()


def listed(world: World) -> list[dict[str, str]]:
    """The suppression list, as it is exported."""
    out = io.StringIO()
    export_suppressions(world, TENANT, out)
    return list(csv.DictReader(io.StringIO(out.getvalue())))


def stored(world: World) -> dict[str, list[Any]]:
    """All rows that an import may touch."""
    with world.store.read() as connection:
        return {
            model.__name__: sorted(connection.execute(select(table(model))).all(), key=str)
            for model in (Contact, Thread, ConsentEvent, Suppression, Enrolled)
        }


def _file(lines: tuple[str, ...]) -> bytes:
    return "\n".join(lines).encode()


def standing(person: Person) -> dict[str, Any]:
    return dict(person.shown()["consent"])


def test_a_contact_is_there_with_all_that_the_row_says(alice: Person) -> None:
    counts = taken(
        alice.world,
        f"number,name,language,groups,attr:tier,{CONSENT},disclosure",
        f'{ALICE},"Moreau, Alice",es,vip|summit,gold,service,{PAPER},We text about your stay.',
    )
    assert (counts.rows, counts.created, counts.consents) == (1, 1, 1)
    shown = alice.shown()
    assert shown["attributes"] == {"name": "Moreau, Alice", "tier": "gold"}
    assert (shown["language"], shown["groups"]) == ("es", ["summit", "vip"])
    assert (shown["thread"]["state"], shown["messages"]) == ("new", [])


def test_a_consent_is_an_event_with_all_its_evidence(alice: Person) -> None:
    taken(
        alice.world,
        f"number,{CONSENT},disclosure",
        f"{ALICE},marketing,2026-01-05T10:00,in person,Yes please,We text offers.",
    )
    (event,) = standing(alice)["events"]
    assert (event["what"], event["scope"], event["how"]) == ("opt_in", "marketing", "import")
    assert (event["evidence"], event["disclosure"]) == ("Yes please", "We text offers.")
    assert event["note"] == "in person; guests.csv line 2"
    assert (event["at"], event["zone"]) == ("2026-01-05T16:00:00+00:00", "America/Chicago")


def test_a_consent_given_on_the_web_is_recorded_as_such(alice: Person) -> None:
    taken(alice.world, f"number,{CONSENT}", f"{ALICE},all,2026-01-05,web,ticked the box")
    assert standing(alice)["events"][0]["how"] == "web"


def test_a_code_as_consent_enrolls(alice: Person) -> None:
    taken(alice.world, f"number,{CONSENT}", f"{ALICE},summit-26,{PAPER}")
    assert alice.shown()["groups"] == ["summit26"]
    alice.texts("SUMMIT26", to=EVENTS)
    assert alice.replies() == ["code-known"]


def test_who_imports_is_kept(alice: Person, clerk: StaffIdentity) -> None:
    source = Source("guests.csv", clerk.handle)
    lines = (f"number,{CONSENT}", f"{ALICE},service,{PAPER}")
    import_contacts(alice.world, TENANT, _file(lines), source)
    assert standing(alice)["events"][0]["author"] == clerk.handle


def test_somebody_unknown_imports_nothing(hotel: World, clerk: StaffIdentity) -> None:
    done = import_contacts(hotel, TENANT, _file(("number", ALICE)), Source("a.csv", "carl"))
    assert isinstance(done, Refused)
    assert "carol" in done.problems[0].hint


def test_an_imported_contact_is_routed_like_anyone_once_they_write(alice: Person) -> None:
    taken(alice.world, "number,name", f"{ALICE},Alice")
    alice.texts("the shower is broken")
    assert alice.thread["team"] == "engineering"


def test_an_unknown_tenant_is_said(hotel: World) -> None:
    with pytest.raises(NoSuchTenant):
        import_contacts(hotel, "no-such", b"number", Source("a.csv"))


@pytest.mark.parametrize(
    ("written", "country", "address"),
    [
        ("+1 (612) 555-0001", None, ALICE),
        ("612.555.0001", "US", ALICE),
        ("16125550001", "US", ALICE),
        ("'+16125550001", None, ALICE),
        ("whatsapp:+1 612 555 0001", None, f"whatsapp:{ALICE}"),
        ("06 12 34 56 78", "FR", "+33612345678"),
    ],
)
def test_a_number_is_read_in_any_spelling(
    hotel: World, written: str, country: str | None, address: str
) -> None:
    taken(hotel, "number", written, country=country)
    assert Person(hotel, address).shown()["thread"]["state"] == "new"


@pytest.mark.parametrize(
    "written",
    ["6125550001", "1.61255E+10", "hello@example.com", "+1612", "12345", "MyBank", MAIN],
)
def test_what_is_no_persons_number_is_refused(hotel: World, written: str) -> None:
    assert refused(hotel, "number", written) == [(2, "number")]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbfnumber;name;groups\r\n+16125550001;Moreau, Alice;a b\r\n",
        b'number,name,groups\n\n+16125550001,"Moreau, Alice",a|b,,\n,,\n',
        b'\n Number , NAME ,groups,,\n+16125550001," Moreau, Alice","a\nb"',
    ],
)
def test_commas_semicolons_marks_and_blank_rows_are_understood(alice: Person, data: bytes) -> None:
    assert isinstance(import_contacts(alice.world, TENANT, data, Source("a.csv")), Imported)
    shown = alice.shown()
    assert (shown["attributes"], shown["groups"]) == ({"name": "Moreau, Alice"}, ["a", "b"])


@pytest.mark.parametrize(
    ("lines", "places"),
    [
        (["number,nmae", f"{ALICE},x"], [(1, "nmae")]),
        (["number,phone", f"{ALICE},x"], [(1, "phone")]),
        (["number,name,name", f"{ALICE},x,y"], [(1, "name")]),
        (["number,attr:name", f"{ALICE},x"], [(1, "attr:name")]),
        (["name", "Alice"], [(1, "number")]),
        ([], [(1, "")]),
        (["number,name", f"{ALICE},x,y"], [(2, "")]),
        (["number,name", f'{ALICE},"x'], [(2, "")]),
        (["number,name", ",Alice"], [(2, "number")]),
        (["number,language", f"{ALICE},it"], [(2, "language")]),
        (["number,name", f"{ALICE},a", f"{BOB},b", f"{ALICE},c"], [(4, "number")]),
        ([f"number,{CONSENT}", f"{ALICE},marketting,{PAPER}"], [(2, "consent")]),
        ([f"number,{CONSENT}", f"{ALICE},,{PAPER}"], [(2, "consent")]),
        (
            [f"number,{CONSENT}", f"{ALICE},service"],
            [(2, "consent_at"), (2, "consent_evidence")],
        ),
        ([f"number,{CONSENT}", f"{ALICE},service,2999-01-01,web,x"], [(2, "consent_at")]),
        ([f"number,{CONSENT}", f"{ALICE},service,05/01/2026,web,x"], [(2, "consent_at")]),
        ([f"number,{CONSENT}", f"{ALICE},service,0001-01-01,web,x"], [(2, "consent_at")]),
        ([f"number,{CONSENT}", f"{ALICE},service,2026-01-05,fax,x"], [(2, "consent_how")]),
    ],
)
def test_a_fault_is_told_by_line_and_column(
    hotel: World, lines: list[str], places: list[tuple[int, str]]
) -> None:
    assert refused(hotel, *lines) == places


def test_every_fault_is_told_at_once_and_nothing_is_written(hotel: World) -> None:
    before = stored(hotel)
    places = refused(
        hotel,
        f"number,language,colour,{CONSENT}",
        f"{ALICE},en,x,service,{PAPER}",
        "nonsense,it,x,servcie,2999-01-01,fax,",
        '"1\n2",en,x',
        f"{BOB},en,x",
    )
    assert places == [
        (1, "colour"),
        (3, "consent"),
        (3, "consent_at"),
        (3, "consent_evidence"),
        (3, "consent_how"),
        (3, "language"),
        (3, "number"),
        (4, "number"),
    ]
    assert stored(hotel) == before


@pytest.mark.parametrize(
    ("heading", "meant"), [("nmae", "name"), ("phone", "number"), ("tier", "attr:tier")]
)
def test_an_unknown_column_hints_at_what_was_meant(hotel: World, heading: str, meant: str) -> None:
    done = take(hotel, f"number,{heading}", f"{ALICE},x")
    assert isinstance(done, Refused)
    assert meant in done.problems[0].hint
    assert "consent_evidence" in done.problems[0].hint


def test_two_rows_of_one_number_name_each_other(hotel: World) -> None:
    done = take(hotel, "number", ALICE, BOB, "+1 612 555 0001")
    assert isinstance(done, Refused)
    (problem,) = done.problems
    assert (problem.line, problem.problem) == (4, "the same number as in line 2")


def test_what_is_not_utf_8_says_where(hotel: World) -> None:
    data = f"number,name\n{ALICE},Zo\xeb\n".encode("latin-1")
    done = import_contacts(hotel, TENANT, data, Source("a.csv"))
    assert isinstance(done, Refused)
    assert (done.problems[0].line, "UTF-8" in done.problems[0].hint) == (2, True)


def test_a_file_of_too_many_rows_is_to_be_split(hotel: World) -> None:
    lines = [f"+1612{number:07}" for number in range(2_000_000, 2_000_001 + MOST_ROWS)]
    done = take(hotel, "number", *lines)
    assert isinstance(done, Refused)
    assert "split" in done.problems[0].hint


def test_a_dry_run_says_what_would_be_and_writes_nothing(alice: Person) -> None:
    before = stored(alice.world)
    lines = ("number,name", f"{ALICE},Alice")
    assert taken(alice.world, *lines, dry_run=True).created == 1
    assert stored(alice.world) == before


def test_a_contact_that_exists_is_updated(alice: Person) -> None:
    taken(alice.world, "number,name,language,groups,attr:tier", f"{ALICE},Alice,es,a,gold")
    alice.texts("hello")
    counts = taken(alice.world, "number,name,language,groups,attr:room", f"{ALICE},Alicia,,b,412")
    assert (counts.created, counts.updated) == (0, 1)
    shown = alice.shown()
    assert shown["attributes"] == {"name": "Alicia", "tier": "gold", "room": "412"}
    assert shown["groups"] == ["a", "b"]
    assert len(shown["messages"]) >= 1


def test_importing_a_file_again_changes_nothing(alice: Person) -> None:
    lines = (f"number,name,groups,{CONSENT}", f"{ALICE},Alice,a,SUMMIT26,{PAPER}")
    taken(alice.world, *lines)
    before = stored(alice.world)
    counts = taken(alice.world, *lines)
    assert (counts.unchanged, counts.updated, counts.consents) == (1, 0, 0)
    assert stored(alice.world) == before


@pytest.mark.parametrize("body", ["STOP", "please stop texting me"])
def test_who_has_opted_out_stays_so_and_the_rest_of_the_row_is_taken(
    alice: Person, body: str
) -> None:
    alice.texts(body)
    done = take(alice.world, f"number,name,{CONSENT}", f"{ALICE},Alice,all,{PAPER}")
    assert isinstance(done, Imported)
    assert (done.counts.suppressed, done.counts.updated, done.counts.consents) == (1, 1, 0)
    (notice,) = done.notices
    assert notice.line == 2
    assert "opted out on 20" in notice.notice
    assert standing(alice)["opted_out"]
    assert alice.shown()["attributes"] == {"name": "Alice"}
    assert [event["what"] for event in standing(alice)["events"]] == ["opt_out"]


def test_an_opt_out_holds_on_every_channel_of_the_number(alice: Person) -> None:
    alice.texts("STOP")
    done = take(alice.world, f"number,{CONSENT}", f"whatsapp:{ALICE},all,{PAPER}")
    assert isinstance(done, Imported)
    assert (done.counts.created, done.counts.suppressed) == (1, 1)


def test_who_objected_to_marketing_alone_may_agree_to_service_texts(alice: Person) -> None:
    stop(alice.world, "number,scope", f"{ALICE},topic:marketing")
    lines = (f"number,{CONSENT}", f"{ALICE},marketing,{PAPER}")
    assert taken(alice.world, *lines).suppressed == 1
    counts = taken(alice.world, f"number,{CONSENT}", f"{ALICE},service,{PAPER}")
    assert (counts.suppressed, counts.consents) == (0, 1)


def _erase(person: Person, line: Line, advance: Callable[..., None]) -> None:
    person.texts("DELETE")
    code = next(word for word in person.messages[-1]["body"].split() if word[:6].isdecimal())
    person.texts(code[:6])
    line.drain()
    advance(minutes=3)
    line.drain()
    with person.world.store.read() as connection:
        request = connection.execute(select(col(PrivacyRequest.id))).scalar_one()

    def is_gone() -> bool:  # the carrier may not have finished a message yet
        erase(person.world, line.carrier, TENANT, request)
        return "id" not in person.shown()

    wait_for(is_gone)


def test_who_was_erased_does_not_come_back_until_they_write(
    alice: Person, line: Line, advance: Callable[..., None]
) -> None:
    alice.texts("hello")
    _erase(alice, line, advance)
    rows = (f"number,name,{CONSENT}", f"{ALICE},Alice,all,{PAPER}", f"whatsapp:{ALICE},A", BOB)
    counts = taken(alice.world, *rows)
    assert (counts.erased_skipped, counts.created) == (2, 1)
    assert "id" not in alice.shown()
    alice.texts("hello again")
    counts = taken(alice.world, *rows)
    assert (counts.erased_skipped, counts.updated, counts.created) == (0, 1, 1)


def test_who_is_being_erased_is_passed_over(alice: Person) -> None:
    alice.texts("DELETE")
    with alice.world.store.write() as connection:
        connection.execute(update(PrivacyRequest).values(state="confirmed"))
    assert taken(alice.world, "number,name", f"{ALICE},Alice").erased_skipped == 1
    assert alice.shown()["attributes"] == {}


def test_an_export_is_imported_without_a_change(
    alice: Person, bob: Person, clerk: StaffIdentity
) -> None:
    world = alice.world
    taken(
        world,
        f"number,name,groups,language,attr:tier,attr:Note,{CONSENT},disclosure,"
        "consent:2,consent_at:2,consent_evidence:2",
        f'{ALICE},=1+1,-a|b,es,@gold,"two\r\nlines, ""quoted""",service,{PAPER},+we text,'
        "SUMMIT26,2026-02-01T08:30:00.123456+02:00,;x",
        f"{CAROL},'=x,,,,,all,2026-01-05,web,'tis fine",
        f"whatsapp:{ALICE},A,,,,,marketing,{PAPER}",
    )
    bob.texts("START")
    bob.texts("please stop texting me")
    Person(world, "55512").texts("your code")
    before = stored(world)
    text = exported(world)
    assert set(text) >= {"=", "\n"}
    done = import_contacts(world, TENANT, text.encode(), Source("export.csv"))
    assert isinstance(done, Imported), done
    assert asdict(done.counts) == asdict(ContactCounts(rows=5, unchanged=5))
    assert (done.notices, stored(world)) == ((), before)
    assert exported(world) == text


def test_an_export_brings_people_to_another_business(
    alice: Person, save_book: Callable[..., None]
) -> None:
    world = alice.world
    taken(world, f"number,name,{CONSENT},disclosure", f"{ALICE},A,SUMMIT26,{PAPER},said so")
    save_book(BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("+16125550", "+16125560"),
              "inn.yaml")  # fmt: skip
    publish_folder(world, world.settings.rules_dir)
    done = import_contacts(world, "inn", exported(world).encode(), Source("moved.csv"))
    assert isinstance(done, Imported), done
    out = io.StringIO()
    export_contacts(world, "inn", out)
    consents = [line.split(",")[4:9] for line in out.getvalue().splitlines()]
    assert consents == [line.split(",")[4:9] for line in exported(world).splitlines()]


def test_no_cell_of_an_export_is_a_formula(hotel: World) -> None:
    taken(hotel, "number,name,groups,attr:x", f'{ALICE},=cmd|x,@g,"-1"')
    rows = list(csv.reader(io.StringIO(exported(hotel))))
    cells_but_numbers = [cell for row in rows for cell in row[1:]]
    assert not [cell for cell in cells_but_numbers if cell.startswith(("=", "+", "-", "@"))]
    assert rows[1][0] == ALICE


def test_an_export_says_who_has_opted_out_and_of_what(alice: Person) -> None:
    alice.texts("please stop texting me")
    (row,) = csv.DictReader(io.StringIO(exported(alice.world)))
    assert (row["opted_out"], row["suppressed_scopes"]) == ("yes", "all")


@pytest.mark.parametrize("body", ["hello", "STOP"])
def test_a_text_that_comes_in_meanwhile_is_not_lost(alice: Person, body: str) -> None:
    """It arrives between the reading and the writing: the rows are made anew."""
    came: list[str] = []

    def tell(done: str, _rows: int) -> None:
        if done == "prepared" and not came:
            came.append(body)
            alice.texts(body)

    lines = (f"number,name,{CONSENT}", f"{ALICE},Alice,all,{PAPER}")
    counts = taken(alice.world, *lines, tell=tell)
    assert (counts.created, counts.updated) == (0, 1)
    assert counts.suppressed == int(body == "STOP")
    assert alice.shown()["attributes"] == {"name": "Alice"}
    assert len(alice.messages) >= 1


def test_an_import_gives_up_where_people_never_keep_still(alice: Person) -> None:
    taken(alice.world, "number,name", f"{ALICE},Alice")

    def tell(done: str, rows: int) -> None:
        if done == "prepared" and rows == 2:
            lines = ("number,attr:mood", f"{ALICE},{time.monotonic_ns()}")
            taken(alice.world, *lines)

    lines = ("number,name", f"{ALICE},Alicia", f"{BOB},Bob")
    assert refused(alice.world, *lines, tell=tell) == [(0, "")]


def test_a_list_suppresses_whoever_it_names(alice: Person) -> None:
    done = stop(alice.world, "number,since,evidence", f"{ALICE},2026-01-05,STOP", BOB)
    assert asdict(done.counts)["added"] == 2
    alice.texts("hello")
    assert standing(alice)["opted_out"]
    (event,) = standing(alice)["events"]
    assert (event["what"], event["how"], event["evidence"]) == ("opt_out", "import", "STOP")
    assert event["at"] == "2026-01-05T06:00:00+00:00"
    assert [entry.what for entry in alice.world.ledger.entries()] == ["suppressed"] * 2
    assert count_differences(alice.world) == 0


def test_a_list_that_is_imported_again_changes_nothing(hotel: World) -> None:
    stop(hotel, "number", ALICE, f"whatsapp:{ALICE}", BOB)
    before = stored(hotel)
    assert len(before["Suppression"]) == 2
    assert stop(hotel, "number", ALICE, BOB).counts.unchanged == 2
    assert stored(hotel) == before
    assert len(list(hotel.ledger.entries())) == 2


def test_what_waits_for_them_ends(alice: Person, clerk: StaffIdentity) -> None:
    alice.texts("towels please")
    done = stop(alice.world, "number", ALICE)
    assert done.counts.canceled == 1
    (answer,) = [one for one in alice.messages if one["direction"] == "out"]
    assert (answer["state"], answer["reason"]) == ("canceled", "opted_out")
    refusal = reply(alice.world, clerk, alice.thread["id"], Letter("Hello?")).refusal
    assert refusal is not None


def test_an_objection_to_a_topic_leaves_the_rest_waiting(alice: Person) -> None:
    alice.texts("towels please")
    done = stop(alice.world, "number,scope", f"{ALICE},topic:marketing")
    assert done.counts.canceled == 0
    assert alice.messages[-1]["state"] == "queued"
    assert not standing(alice)["opted_out"]


def test_whoever_leaves_a_program_is_no_member_of_it(alice: Person) -> None:
    taken(alice.world, f"number,groups,{CONSENT}", f"{ALICE},vip,SUMMIT26,{PAPER}")
    stop(alice.world, "number,scope", f"{ALICE},topic:SUMMIT26")
    assert alice.shown()["groups"] == ["vip"]
    assert stored(alice.world)["Enrolled"] == []
    assert count_differences(alice.world) == 0


def test_an_opt_out_of_one_number_leaves_the_other(alice: Person) -> None:
    stop(alice.world, "number,scope", f"{ALICE},number:events")
    alice.texts("towels please")
    assert alice.messages[-1]["state"] == "queued"
    assert standing(alice)["suppressed"] == [f"number:{EVENTS}"]


def test_an_older_list_does_not_undo_a_later_start(alice: Person) -> None:
    stop(alice.world, "number,since", f"{ALICE},2026-01-05")
    alice.texts("START")
    done = stop(alice.world, "number,since", f"{ALICE},2026-01-05")
    assert (done.counts.added, done.counts.opted_in_since) == (0, 1)
    assert "opted in again" in done.notices[0].notice
    assert not standing(alice)["opted_out"]
    assert stop(alice.world, "number", ALICE).counts.added == 1
    assert standing(alice)["opted_out"]
    assert count_differences(alice.world) == 0


def test_a_consent_that_was_imported_does_not_undo_an_opt_out_on_a_list(alice: Person) -> None:
    taken(alice.world, f"number,{CONSENT}", f"{ALICE},all,{PAPER}")
    assert stop(alice.world, "number,since", f"{ALICE},2026-01-01").counts.added == 1
    assert standing(alice)["opted_out"]
    assert count_differences(alice.world) == 0


def test_a_start_that_comes_in_meanwhile_is_heard(alice: Person) -> None:
    alice.texts("hello")
    came: list[str] = []

    def tell(done: str, _rows: int) -> None:
        if done == "prepared" and not came:
            came.append("START")
            alice.texts("STOP")
            alice.texts("START")

    done = stop(alice.world, "number,since", f"{ALICE},2026-01-05", tell=tell)
    assert done.counts.opted_in_since == 1
    assert not standing(alice)["opted_out"]


def test_a_list_with_faults_is_refused_as_a_whole(hotel: World) -> None:
    done = stop(
        hotel,
        "number,hash,scope,since",
        f"{ALICE},,all,",
        f"{BOB},,topic:unheard-of,",
        f"{BOB},,,2999-01-01",
        ",,all,",
        ",00,,",
        f"{BOB},00,,",
        f"{MAIN},,,",
    )
    assert isinstance(done, Refused)
    assert [(one.line, one.column) for one in done.problems] == [
        (3, "scope"), (4, "since"), (5, "number"), (6, "hash"), (7, "hash"), (8, "number"),
    ]  # fmt: skip
    assert listed(hotel) == []
    assert list(hotel.ledger.entries()) == []


def test_the_list_names_whom_we_know_and_the_others_by_hash(alice: Person) -> None:
    alice.texts("please stop texting me")
    stop(alice.world, "number,scope", f"{BOB},number:events")
    rows = {row["number"]: row for row in listed(alice.world)}
    assert set(rows) == {ALICE, ""}
    assert (rows[ALICE]["scope"], rows[ALICE]["how"]) == ("all", "sentence")
    assert (rows[""]["scope"], rows[""]["how"]) == ("number:events", "import")
    assert rows[""]["hash"]


def test_a_list_that_was_exported_is_imported_without_a_change(alice: Person) -> None:
    world = alice.world
    alice.texts("STOP")  # the carrier's own block is in the list, too
    stop(world, "number,since", f"{BOB},2026-01-05", CAROL)
    out = io.StringIO()
    assert export_suppressions(world, TENANT, out) == 4
    before, text = stored(world), out.getvalue().encode()
    counts = import_suppressions(world, TENANT, text, Source("list.csv")).counts  # type: ignore[union-attr]  # fails where refused
    assert (counts.rows, counts.unchanged, counts.carrier, counts.added) == (4, 3, 1, 0)
    assert stored(world) == before


def test_a_hash_finds_the_same_person_again(alice: Person) -> None:
    world = alice.world
    stop(world, "number", ALICE)
    (row,) = listed(world)
    with world.store.write() as connection:
        connection.execute(table(Suppression).delete())
        connection.execute(table(ConsentEvent).delete())
    assert stop(world, "hash,scope", f"{row['hash']},all").counts.added == 1
    alice.texts("hello")
    assert standing(alice)["opted_out"]


def test_a_hash_of_another_business_is_refused(
    hotel: World, save_book: Callable[..., None]
) -> None:
    stop(hotel, "number", ALICE)
    (row,) = listed(hotel)
    save_book(BOOK.replace("tenant: grand-hotel", "tenant: inn").replace("+16125550", "+16125560"),
              "inn.yaml")  # fmt: skip
    publish_folder(hotel, hotel.settings.rules_dir)
    data = f"hash\n{row['hash']}".encode()
    done = import_suppressions(hotel, "inn", data, Source("list.csv"))
    assert isinstance(done, Refused)
    assert "another business" in done.problems[0].problem


def test_nothing_is_suppressed_where_the_ledger_cannot_be_written(
    hotel: World,
) -> None:
    hotel.ledger.path = hotel.settings.rules_dir  # a folder
    with pytest.raises(OSError, match="directory"):
        stop(hotel, "number", ALICE)
    assert stored(hotel)["Suppression"] == []


def test_what_staff_has_recorded_is_not_undone_by_an_import(
    alice: Person, clerk: StaffIdentity
) -> None:
    alice.texts("hello")
    record_opt_out(alice.world, clerk, alice.thread["id"], "called the desk")
    assert taken(alice.world, f"number,{CONSENT}", f"{ALICE},all,{PAPER}").suppressed == 1
    assert standing(alice)["opted_out"]


def test_an_import_shows_nothing_in_the_inbox(hotel: World, clerk: StaffIdentity) -> None:
    taken(hotel, "number", ALICE)
    assert list_threads(hotel, clerk, "open") == []


def test_each_row_is_written_once_however_many_import_the_file(hotel: World) -> None:
    lines = [f"+1612{number:07},x" for number in range(2_000_000, 2_000_600)]
    taken(hotel, "number,name", *lines)
    assert taken(hotel, "number,name", *lines).unchanged == 600
    with hotel.store.read() as connection:
        assert connection.execute(select(func.count()).select_from(Contact)).scalar_one() == 600


def test_their_first_text_after_an_import_finds_them(hotel: World) -> None:
    taken(hotel, "number,attr:tier", f"{ALICE},gold")
    receive(hotel, Inbound("SM1", ALICE, MAIN, None, "hello"))
    assert Person(hotel, ALICE).shown()["attributes"] == {"tier": "gold"}
