"""A small rulebook whose rules each test writes itself."""

from rules.model import Rulebook
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
