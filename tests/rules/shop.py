"""A small rulebook whose rules each test writes itself."""

from dataclasses import replace
from functools import lru_cache

from rules.file.findings import Problems
from rules.file.scope import Scope
from rules.file.source import Table, parse
from rules.index import Index
from rules.model import Rulebook
from rules.sections.named import read_keywords
from rules.sections.rules import read_rules
from tests.rules.conftest import load_book

SHOP = """
version: 1
tenant: shop
name: The Shop
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en, es]
numbers:
  main: "+16125550100"
  events: "+16125550199"
hours:
  day: {{open: {{mon-fri: "07:00-19:00"}}, holidays: US-MN}}
  late: {{open: {{fri-sat: "20:00-02:00"}}}}
teams: {{bar: {{hours: day, backup: boss}}, kitchen: {{}}, boss: {{}}}}
keywords:
  tea: {{en: [tea], es: [té]}}
  smoke: {{en: [smoke], es: [humo]}}
templates:
  soon: {{en: "Soon.", es: "Ya va."}}
  later: {{en: "Later.", es: "Luego."}}
  ask-name: {{en: "Your name?", es: "¿Su nombre?"}}
  ask-date: {{en: "Which day?", es: "¿Qué día?"}}
  hello: {{en: "Hello {{{{ who }}}}.", es: "Hola {{{{ who }}}}."}}
enrollments:
  CLUB: {{group: club, dialog: join, frequency: 2 texts a week}}
dialogs:
  join:
    steps: [{{id: name, ask: ask-name, expect: text, save: who}}]
    done: [{{reply: hello}}]
  order:
    interrupted_by: [protect, routes]
    steps: [{{id: day, ask: ask-date, expect: date, save: day}}]
webhooks:
  till: {{url: "https://till.example.com/texts", secret: WEBHOOK_SECRET_TILL}}
{rules}
fallback: {{do: [{{assign: bar}}]}}
"""


def shop(rules: str) -> Rulebook:
    """The shop with these sections of rules."""
    return load_book(SHOP.format(rules=rules))


def routes(*rules: str) -> Rulebook:
    """The shop with these routes, each a flow map."""
    return shop("routes:\n" + "".join(f"  - {rule}\n" for rule in rules))


def unlinted(rules: str) -> tuple[Rulebook, Scope]:
    """The shop with these sections of rules, whatever lint would say of them; and the scope that
    they were read in.
    """
    root = parse(SHOP.format(rules=rules), Problems("shop.yaml"))
    assert isinstance(root, Table)
    scope = Scope(Problems("shop.yaml"), root)
    scope.languages = ("en", "es")
    nodes = {name: value for name, (_, value) in root.entries.items()}
    read_keywords(nodes["keywords"], scope)
    protect = read_rules(nodes.get("protect"), "protect", scope)
    enrich = read_rules(nodes.get("enrich"), "enrich", scope)
    routes = read_rules(nodes.get("routes"), "routes", scope)
    assert not scope.problems.blocked, scope.problems.sorted()
    book = replace(_bare(), protect=protect, enrich=enrich, routes=routes)
    return replace(book, finder=Index(book)), scope


@lru_cache(maxsize=1)
def _bare() -> Rulebook:
    return shop("")
