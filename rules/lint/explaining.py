"""What a code of `rules check` means, why it matters, and a tiny example of wrong and right.

To explain a new code, add its entry to `explanations.yaml`.
"""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from textwrap import fill, indent

import yaml

from rules.file.findings import CODES

_WIDTH = 100
FILE = Path(__file__).with_name("explanations.yaml")


@dataclass(frozen=True, slots=True)
class Explained:
    """One code. The examples are sections of a rulebook; codes of whole files have none."""

    code: str
    means: str
    why: str
    wrong: str | None = None
    right: str | None = None

    def as_text(self) -> str:
        """The explanation for people."""
        parts = [f"{self.code}: {self.means}", fill(self.why, _WIDTH)]
        if self.wrong is not None and self.right is not None:
            parts += [f"wrong:\n{_shown(self.wrong)}", f"right:\n{_shown(self.right)}"]
        return "\n\n".join(parts)


def explain_code(code: str) -> Explained:
    """What one of `CODES` means."""
    return _explanations()[code]


@lru_cache(maxsize=1)
def _explanations() -> dict[str, Explained]:
    entries = yaml.load(FILE.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return {code: Explained(code, CODES[code], **entry) for code, entry in entries.items()}


def _shown(example: str) -> str:
    return indent(example.rstrip("\n"), "  ")
