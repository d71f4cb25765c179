"""Every link of every page leads somewhere, and every picture is there and small."""

import pytest

from tests.docs.pages import ROOT, Page, pages

PAGES = pages()
LARGEST_PICTURE_BYTES = 200_000


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_its_links_lead_to_pages_and_headings_that_exist(page: Page) -> None:
    assert [link for link in page.links if not _leads_somewhere(page, link)] == []


def _leads_somewhere(page: Page, link: str) -> bool:
    if link.startswith("https://"):
        return True  # the network is not asked
    file, _, anchor = link.partition("#")
    target = (page.path.parent / file).resolve() if file else page.path
    if not target.is_relative_to(ROOT) or not target.exists():
        return False
    return not anchor or anchor in Page(target).anchors


def test_every_page_of_docs_can_be_reached_from_the_readme() -> None:
    reached, waiting = set(), [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in reached:
            continue
        reached.add(page)
        files = [link.partition("#")[0] for link in Page(page).links if "://" not in link]
        targets = [(page.parent / file).resolve() for file in files if file]
        waiting += [target for target in targets if target.suffix == ".md" and target.exists()]
    lost = [page.name for page in PAGES if page.name.startswith("docs/")]
    assert [name for name in lost if ROOT / name not in reached] == []


def test_pictures_are_shown_and_small() -> None:
    pictures = sorted((ROOT / "docs" / "images").iterdir())
    shown = {link for page in PAGES for link in page.links}
    assert pictures
    for picture in pictures:
        assert picture.stat().st_size < LARGEST_PICTURE_BYTES, picture
        assert any(link.endswith(f"images/{picture.name}") for link in shown), picture
