"""Names that lead to one another in a circle."""

from collections.abc import Iterator, Mapping


def find_circles(following: Mapping[str, str | None]) -> Iterator[list[str]]:
    """Each circle once, from its first name back to it; `following`: what a name leads to."""
    checked: set[str] = set()
    for name in following:
        chain: dict[str, None] = {}
        at: str | None = name
        while at and at in following and at not in chain and at not in checked:
            chain[at] = None
            at = following[at]
        if at and at in chain:
            names = list(chain)
            yield [*names[names.index(at) :], at]
        checked.update(chain)
