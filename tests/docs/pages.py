"""The documents of the project, and what stands in them."""

import re
import subprocess
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
_CODE = re.compile(r"^([ ]*)```([^\n]*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Page:
    """One Markdown file."""

    path: Path

    @property
    def name(self) -> str:
        """Its path inside the project."""
        return str(self.path.relative_to(ROOT))

    @property
    def text(self) -> str:
        """All of it."""
        return self.path.read_text(encoding="utf-8")

    @property
    def links(self) -> list[str]:
        """Where its links and images lead, code aside."""
        prose = re.sub(r"`[^`\n]*`", "", _CODE.sub("", self.text))
        return _LINK.findall(prose)

    @property
    def anchors(self) -> set[str]:
        """What a link may name behind its `#`."""
        return {_anchor(heading) for heading in _HEADING.findall(_CODE.sub("", self.text))}

    def code(self, marked: str) -> list[str]:
        """The fenced blocks that are marked so."""
        return [block for _, mark, block in _CODE.findall(self.text) if mark.strip() == marked]


def project_files() -> list[Path]:
    """Every file that is in the project, or would be with the next commit."""
    listed = subprocess.run(
        ["git", "-c", "safe.directory=*", "ls-files", "-z", "-co", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    files = [ROOT / name for name in listed.stdout.split("\0") if name]
    return [file for file in files if file.is_file()]


def pages() -> list[Page]:
    """Every Markdown file of the project."""
    return [Page(file) for file in project_files() if file.suffix == ".md"]


def _anchor(heading: str) -> str:
    """As GitHub makes it: lower case, punctuation gone, spaces to dashes."""
    return re.sub(r"[^\w\- ]", "", heading.replace("`", "").lower()).replace(" ", "-")
