"""How a team shares its work; the shell carries these out."""

STRATEGIES = ("round-robin", "least-busy", "previous-then-least-busy", "everyone")
