"""From a YAML text to a rulebook, with every problem it has, each at its place."""

from dataclasses import dataclass, replace
from datetime import datetime

from rules.codes import fold_code
from rules.file.findings import Finding, Problems
from rules.file.scalars import (
    ID,
    LANGUAGE,
    read_choice,
    read_pattern,
    read_sentence,
    read_zone,
)
from rules.file.scope import Scope
from rules.file.shape import Fields, read_fields, read_one_or_more
from rules.file.source import Node, Scalar, Table, parse
from rules.index import Index
from rules.language import build_vocabulary
from rules.lint.checks import lint
from rules.lint.examples import check_examples
from rules.model import Rulebook
from rules.sections.book import BOOK
from rules.sections.dialogs import read_dialogs
from rules.sections.enrollments import read_enrollments
from rules.sections.limits import read_limits
from rules.sections.named import (
    read_keywords,
    read_teams,
    read_templates,
    read_topics,
)
from rules.sections.numbers import read_numbers
from rules.sections.privacy import read_privacy
from rules.sections.rules import check_ids, read_fallback, read_rules
from rules.sections.webhooks import read_webhooks
from rules.times.hours import read_hours
from rules.topics import compile_words


@dataclass(frozen=True, slots=True)
class Loaded:
    """A rulebook, or None where there are errors, and everything that was found."""

    book: Rulebook | None
    findings: tuple[Finding, ...]


def load(text: str, file: str, now: datetime | None = None) -> Loaded:
    """Read a rulebook. Never raises on any text: what is wrong with it is in the findings.

    With `now` (aware), what has ended by then is among them.
    """
    problems = Problems(file)
    root = parse(text, problems)
    if root is not None and not isinstance(root, Table):
        problems.add("BH204", root, "a rulebook is a map that begins with `version: 1`")
    if not isinstance(root, Table):
        return Loaded(None, problems.sorted())
    scope = Scope(problems, root)
    book = _read_book(root, scope)
    lint(book, scope, now)
    if not problems.blocked:
        book = replace(book, finder=Index(book))
        check_examples(book, scope)
    return Loaded(None if problems.blocked else book, problems.sorted())


def _read_book(root: Table, scope: Scope) -> Rulebook:
    fields = read_fields(root, BOOK, scope)
    scope.languages = _read_languages(fields, scope)
    _check_version(fields, scope)
    keywords = read_keywords(fields.get("keywords"), scope)
    topics = read_topics(fields.get("topics"), scope)
    protect = read_rules(fields.get("protect"), "protect", scope)
    enrich = read_rules(fields.get("enrich"), "enrich", scope)
    routes = read_rules(fields.get("routes"), "routes", scope)
    check_ids((protect, enrich, routes), scope)
    enrollments = read_enrollments(fields.get("enrollments"), scope)
    dialogs = read_dialogs(fields.get("dialogs"), scope)
    return Rulebook(
        tenant=_read_tenant(fields, scope),
        name=_read_line(fields, "name", scope),
        contact=_read_line(fields, "contact", scope),
        timezone=read_zone(fields.get("timezone", Scalar("UTC", 1, 1)), scope),
        languages=scope.languages,
        numbers=read_numbers(fields.get("numbers"), scope),
        hours=read_hours(fields.get("hours"), scope),
        teams=read_teams(fields.get("teams"), scope),
        topics=topics,
        keywords=keywords,
        templates=read_templates(fields.get("templates"), scope),
        enrollments=enrollments,
        dialogs=dialogs,
        protect=protect,
        enrich=enrich,
        routes=routes,
        fallback=read_fallback(root, scope),
        limits=read_limits(fields.get("limits"), scope),
        privacy=read_privacy(fields.get("privacy"), scope),
        webhooks=read_webhooks(fields.get("webhooks"), scope),
        topic_words=compile_words(topics, enrollments),
        vocabulary=build_vocabulary(scope.languages, scope.spoken),
        enrolling=frozenset(scope.enrolling),
        codes={fold_code(code): code for code in enrollments},
    )


def _check_version(fields: Fields, scope: Scope) -> None:
    if "version" in fields:
        read_choice(fields["version"], ("1",), "version", scope)


def _read_languages(fields: Fields, scope: Scope) -> tuple[str, ...]:
    node = scope.languages_node = fields.get("languages")
    items: list[Node] = read_one_or_more(node, "languages", scope) if node else []
    found: list[str] = []
    for item in items:
        language = read_pattern(item, LANGUAGE, "a language such as en or es", scope)
        if language in found:
            scope.add("BH302", item, f"'{language}' stands here twice")
        else:
            found.append(language)
    return tuple(found)


def _read_tenant(fields: Fields, scope: Scope) -> str:
    node = fields.get("tenant")
    return read_pattern(node, ID, "an id of a-z, 0-9 and -", scope) if node else ""


def _read_line(fields: Fields, key: str, scope: Scope) -> str:
    node = fields.get(key)
    return read_sentence(node, key, scope) if node else ""
