"""The sections that name things: numbers, teams, keywords, templates and enrollments."""

from collections.abc import Mapping

from rules.model import Enrollment, Number, Phrase, Team, Texts
from rules.phrases import read_phrases
from rules.scalars import (
    E164,
    NAME,
    SERVICE,
    SHORT_CODE,
    read_choice,
    read_count,
    read_day,
    read_pattern,
    read_sentence,
)
from rules.scope import Scope
from rules.shape import Fields, Shape, read_fields, read_named, read_one_or_more
from rules.source import Node, Scalar, Table
from rules.strategies import STRATEGIES

_NUMBER = Shape("a number", ("address", "service", "opt_out_by"), required=("address",))
_TEAM = Shape("a team", ("strategy", "hours", "capacity", "backup"))
_ENROLLMENT = Shape(
    "an enrollment",
    ("group", "numbers", "from", "until", "limit", "confirm", "dialog", "welcome", "frequency"),
    required=("group", "frequency"),
)


def read_name(key: Scalar, scope: Scope) -> str:
    """The name of a thing: letters, digits, dashes and underscores."""
    return read_pattern(key, NAME, "a name of letters, digits, - and _", scope)


def read_numbers(node: Node | None, scope: Scope) -> dict[str, Number]:
    """The section `numbers`."""
    numbers: dict[str, Number] = {}
    owners: dict[str, str] = {}
    for key, value in read_named(node, "numbers", scope):
        number = _read_number(read_name(key, scope), value, scope)
        if number.address and number.address in owners:
            scope.add("BH302", value, f"{number.address} is `{owners[number.address]}` already")
        owners.setdefault(number.address, number.name)
        numbers[number.name] = number
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, "numbers must not be empty")
    return numbers


def _read_number(name: str, node: Node, scope: Scope) -> Number:
    if not isinstance(node, Table):
        return Number(name, _read_address(node, scope), line=node.line, col=node.col)
    fields = read_fields(node, _NUMBER, scope)
    service = fields.get("service")
    owner = fields.get("opt_out_by")
    by = read_choice(owner, ("carrier", "bellhop"), "opt_out_by", scope) if owner else "carrier"
    return Number(
        name,
        _read_address(fields["address"], scope) if "address" in fields else "",
        read_pattern(service, SERVICE, "a Messaging Service's SID (MG…)", scope)
        if service
        else None,
        "bellhop" if by == "bellhop" else "carrier",
        node.line,
        node.col,
    )


def _read_address(node: Node, scope: Scope) -> str:
    if isinstance(node, Scalar) and SHORT_CODE.match(node.text):
        return node.text
    return read_pattern(node, E164, "a number such as +16125550100, without spaces", scope)


def read_teams(node: Node | None, scope: Scope) -> dict[str, Team]:
    """The section `teams`."""
    teams = {}
    for key, value in read_named(node, "teams", scope):
        fields = read_fields(value, _TEAM, scope)
        teams[key.text] = _read_team(read_name(key, scope), fields, scope)
    _check_circles(teams, scope)
    return teams


def _read_team(name: str, fields: Fields, scope: Scope) -> Team:
    strategy, hours = fields.get("strategy"), fields.get("hours")
    capacity, backup = fields.get("capacity"), fields.get("backup")
    return Team(
        name,
        read_choice(strategy, STRATEGIES, "strategy", scope) if strategy else "everyone",
        scope.refer("hours", hours) if hours else None,
        read_count(capacity, "capacity", scope) if capacity else None,
        scope.refer("teams", backup) if backup else None,
    )


def _check_circles(teams: Mapping[str, Team], scope: Scope) -> None:
    checked: set[str] = set()
    for name in teams:
        chain: list[str] = []
        following: str | None = name
        while (
            following and following in teams and following not in chain and following not in checked
        ):
            chain.append(following)
            following = teams[following].backup
        if following and following in chain:
            circle = " → ".join([*chain[chain.index(following) :], following])
            place = scope.declared["teams"][following]
            scope.add("BH303", place, f"backups form a circle: {circle}")
        checked.update(chain)


def read_keywords(node: Node | None, scope: Scope) -> dict[str, dict[str, tuple[Phrase, ...]]]:
    """The section `keywords`; its phrases tell languages apart."""
    for key, value in read_named(node, "keywords", scope):
        scope.keywords[read_name(key, scope)] = read_by_language(value, scope)
    return scope.keywords


def read_by_language(node: Node, scope: Scope) -> dict[str, tuple[Phrase, ...]]:
    """A map from languages to phrases."""
    found: dict[str, tuple[Phrase, ...]] = {}
    for key, value in read_named(node, "phrases", scope):
        language = read_choice(key, scope.languages, "a language of this rulebook", scope)
        found[language] = read_phrases(value, "a phrase", scope)
        scope.spoken += [(language, phrase) for phrase in found[language]]
    if isinstance(node, Table) and not node.entries:
        scope.add("BH205", node, "phrases must not be empty")
    return found


def read_templates(node: Node | None, scope: Scope) -> dict[str, Texts]:
    """The section `templates`."""
    return {
        key.text: read_texts(read_name(key, scope), value, scope)
        for key, value in read_named(node, "templates", scope)
    }


def read_texts(template: str, node: Node, scope: Scope) -> dict[str, str]:
    """A map from languages to texts, which must have every language of the rulebook."""
    texts: dict[str, str] = {}
    for key, value in read_named(node, "a template", scope):
        language = read_choice(key, scope.languages, "a language of this rulebook", scope)
        texts[language] = read_sentence(value, "a text", scope)
        if isinstance(value, Scalar):
            scope.texts.append((template, language, value))
    missing = [language for language in scope.languages if language not in texts]
    if missing and isinstance(node, Table):
        what = f"'{template}'" if template else "this text"
        scope.add("BH404", scope.declared["templates"].get(template, node), _lacks(what, missing))
    return texts


def _lacks(what: str, missing: list[str]) -> str:
    return f"{what} has no text in {', '.join(missing)}"


def read_enrollments(node: Node | None, scope: Scope) -> dict[str, Enrollment]:
    """The section `enrollments`."""
    return {
        key.text: _read_enrollment(key, value, scope)
        for key, value in read_named(node, "enrollments", scope)
    }


def _read_enrollment(key: Scalar, node: Node, scope: Scope) -> Enrollment:
    fields = read_fields(node, _ENROLLMENT, scope)
    since, until = fields.get("from"), fields.get("until")
    first = read_day(since, "from", scope) if since else None
    last = read_day(until, "until", scope) if until else None
    if until and first and last and last < first:
        scope.add("BH206", until, "`until` is before `from`, so that nobody could enroll")
    confirm, limit = fields.get("confirm"), fields.get("limit")
    dialog, welcome = fields.get("dialog"), fields.get("welcome")
    how = read_choice(confirm, ("double", "single"), "confirm", scope) if confirm else "double"
    return Enrollment(
        code=read_name(key, scope),
        group=read_pattern(fields["group"], NAME, "a name", scope) if "group" in fields else "",
        numbers=_read_enrollment_numbers(fields, scope),
        frequency=_read_frequency(fields, scope),
        since=first,
        until=last,
        limit=read_count(limit, "limit", scope) if limit else None,
        confirm="single" if how == "single" else "double",
        dialog=scope.refer("dialogs", dialog) if dialog else None,
        welcome=scope.refer("templates", welcome) if welcome else None,
    )


def _read_enrollment_numbers(fields: Fields, scope: Scope) -> tuple[str, ...]:
    if "numbers" not in fields:
        return tuple(scope.declared["numbers"])
    items = read_one_or_more(fields["numbers"], "numbers", scope)
    return tuple(scope.refer("numbers", item) for item in items)


def _read_frequency(fields: Fields, scope: Scope) -> str:
    node = fields.get("frequency")
    return read_sentence(node, "frequency", scope) if node else ""
