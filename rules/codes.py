"""Enrollment codes as people type them."""

from keywords.normalize import words


def fold_code(text: str) -> str:
    """A code without case, spaces, dashes and other punctuation: `Summit-26` is `SUMMIT26`."""
    return "".join(words(text))
