"""A small rulebook for the edges of consent: topics, two numbers, two codes, tight limits."""

CAFE = """
version: 1
tenant: cafe
name: The Cafe
contact: +1 612 555 0100
timezone: America/Chicago
languages: [en, es]
numbers:
  main: "+16125550100"
  events: {address: "+16125550199", opt_out_by: bellhop, opt_out: number}
hours: {day: {open: {mon-fri: "07:00-19:00"}}}
teams: {bar: {}, boss: {}}
topics:
  marketing: {en: [ads, offers], es: [publicidad, ofertas]}
  menu: {en: [weekly menu]}
templates:
  soon: {en: "Soon.", es: "Ya va."}
  sorry: {en: "Sorry.", es: "Disculpe."}
  ask-name: {en: "Your name?", es: "¿Su nombre?"}
  done: {en: "Thanks, {{ who }}.", es: "Gracias, {{ who }}."}
enrollments:
  SUMMIT26: {group: summit, numbers: [main], dialog: join, frequency: 2 texts a week}
  WINE26: {group: wine, numbers: [main], until: 2026-11-01, frequency: 1 text a week}
  NIGHT-7: {group: night, numbers: [events], confirm: single, frequency: 1 text a week}
dialogs:
  join:
    steps: [{id: name, ask: ask-name, expect: text, save: who}]
    done: [{reply: done}]
protect:
  - {id: danger, match: {message_has: smoke}, do: [{assign: boss}]}
routes:
  - {id: tea, match: {message_has: tea}, do: [{reply: soon}, {assign: bar}]}
  - {id: slow, match: {message_has: slow}, do: [{escalate: {after: 5m, to: boss, reply: sorry}}]}
  - {id: by-night, match: {outside: day}, do: [{reply: soon}, {assign: boss}]}
limits: {auto_replies: 2 per 10m}
fallback: {do: [{assign: bar}]}
"""
