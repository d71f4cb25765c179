"""The files, folders and functions that pages name are there."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, Page, pages

ABOUT_CODE = [page for page in pages() if page.name.startswith("docs/")]
FILE = re.compile(r"`([\w/]+\.py|[\w/]+/)`")
NAME_IN_FILE = re.compile(r"`([\w/]+\.py)`\s+`(\w+)(?:\.(\w+))?[`(]")


def _place(named: str) -> Path | None:
    """A path from the project's root, or from `router/`, where most of it is."""
    return next(
        (place for root in (ROOT, ROOT / "router") if (place := root / named).exists()), None
    )


@pytest.mark.parametrize("page", ABOUT_CODE, ids=lambda page: page.name)
def test_the_files_and_folders_it_names_exist(page: Page) -> None:
    assert [named for named in FILE.findall(page.text) if _place(named) is None] == []


@pytest.mark.parametrize("page", ABOUT_CODE, ids=lambda page: page.name)
def test_the_functions_it_names_exist(page: Page) -> None:
    missing = []
    for file, *names in NAME_IN_FILE.findall(page.text):
        place = _place(file)
        source = place.read_text() if place else ""
        missing += [
            f"{file} {name}" for name in names if name and not re.search(rf"\b{name}\b", source)
        ]
    assert missing == []
