"""What people wrote, as it is shown on a terminal."""

LONGEST = 72


def one_line(text: str) -> str:
    """A text on one line, cut where it is long, without what could steer a terminal.

    >>> one_line("two\\nlines and a bell\\a")
    'two lines and a bell'
    """
    shown = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1].rstrip() + "…"
