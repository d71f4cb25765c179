"""Numbers that stand in two rulebooks: a text to one of them would have two owners."""

from collections.abc import Mapping

from rules.file.findings import Finding
from rules.model import Rulebook


def find_shared_numbers(books: Mapping[str, Rulebook]) -> list[Finding]:
    """A finding for each number that an earlier book (by file) has already."""
    owners: dict[str, str] = {}
    found = []
    for file, book in books.items():
        for number in book.numbers.values():
            owner = owners.setdefault(number.address, file)
            if owner != file:
                message = f"{number.address} is in {owner} already"
                found.append(Finding(file, number.line, number.col, "BH302", message))
    return found
