"""The sections that name things: teams, keywords, topics and templates."""

from collections.abc import Mapping

from rules.file.scalars import NAME, read_choice, read_count, read_pattern, read_sentence
from rules.file.scope import Scope
from rules.file.shape import Fields, Shape, read_fields, read_named
from rules.file.source import Node, Scalar, Table
from rules.heard import Phrase
from rules.model import Team, Texts
from rules.schema import forms, maps
from rules.sections.circles import find_circles
from rules.sections.phrases import read_phrases
from rules.strategies import STRATEGIES
from rules.texts.builtin_texts import RESERVED

_TEAM = Shape(
    "a team",
    {
        "strategy": forms.choice(STRATEGIES, "How the team shares its work."),
        "hours": forms.text("When the team is there: a name of `hours`."),
        "capacity": forms.count("How many threads a person takes.", example=8),
        "backup": forms.name("The team that stands in when nobody is there."),
    },
)
TEXTS = maps.by_language(forms.text(), "A text in every language of the rulebook.")
_WORDS = maps.by_language(forms.shared("phrases"), "Phrases by language.")
TEAMS = maps.named(maps.map_of(_TEAM), "Teams by name.", what="team")
KEYWORDS = maps.named(_WORDS, "Phrases by name and language, used as `$name`.", what="keyword")
TOPICS = maps.named(
    _WORDS, "Kinds of texts that a person may opt out of alone: STOP ads.", what="topic"
)
TEMPLATES = maps.named(
    TEXTS,
    "Texts by name, in every language; some names word a built-in answer.",
    what="template",
    offered=RESERVED,
)


def read_name(key: Scalar, scope: Scope) -> str:
    """The name of a thing: letters, digits, dashes and underscores."""
    return read_pattern(key, NAME, "a name of letters, digits, - and _", scope)


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
    for circle in find_circles({name: team.backup for name, team in teams.items()}):
        place = scope.declared["teams"][circle[0]]
        scope.add("BH303", place, f"backups form a circle: {' → '.join(circle)}")


def read_keywords(node: Node | None, scope: Scope) -> dict[str, dict[str, tuple[Phrase, ...]]]:
    """The section `keywords`; its phrases tell languages apart."""
    for key, value in read_named(node, "keywords", scope):
        scope.keywords[read_name(key, scope)] = read_by_language(value, scope)
    return scope.keywords


def read_topics(node: Node | None, scope: Scope) -> dict[str, dict[str, tuple[Phrase, ...]]]:
    """The section `topics`: kinds of texts that a person may opt out of alone."""
    topics = {}
    for key, value in read_named(node, "topics", scope):
        if key.text in scope.declared["enrollments"]:
            scope.add("BH302", key, f"'{key.text}' is an enrollment code, which is a topic already")
        topics[read_name(key, scope)] = read_by_language(value, scope)
    return topics


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
