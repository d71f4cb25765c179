"""What libyaml says of a broken file, in words for people who write rulebooks."""

from collections.abc import Mapping
from types import MappingProxyType

import yaml

_UNCLOSED = "found unexpected end of stream"
_NEIGHBOURS = "see whether it is indented like its neighbours"

_PLAIN: Mapping[str, str] = MappingProxyType(
    {
        _UNCLOSED: "a quote that opens here is closed nowhere",
        "mapping values are not allowed in this context": (
            "`: ` makes a key of what stands before it, which cannot be one here; "
            "put a text that holds `: ` in quotes"
        ),
        "found character that cannot start any token": (
            "no text begins with this sign; put it in quotes"
        ),
        "could not find expected ':'": (
            "the line above is neither a key nor an item; see whether a colon is missing, "
            "or quotes around a text of several lines"
        ),
        "did not find expected key": (
            f"this belongs to nothing above it; {_NEIGHBOURS}, "
            "and whether quotes close where the text ends"
        ),
        "did not find expected '-' indicator": (
            f"this stands among the items of a list and has no `- `; {_NEIGHBOURS}"
        ),
        "did not find expected ',' or '}'": (
            "a `{` before this is not closed, a comma is missing, "
            "or a text with `: `, `,`, `{` or `}` needs quotes"
        ),
        "did not find expected ',' or ']'": (
            "a `[` before this is not closed, a comma is missing, "
            "or a text with `: `, `,`, `[` or `]` needs quotes"
        ),
        "block sequence entries are not allowed in this context": (
            "a list begins on a line of its own; put a text that begins with `- ` in quotes"
        ),
        "found unknown escape character": (
            "in double quotes `\\` begins an escape; put a pattern in single quotes"
        ),
    }
)


def plainly(error: yaml.MarkedYAMLError) -> str:
    """What is wrong, and what to do; libyaml's own words where there are no better ones."""
    problem = error.problem or error.context or ""
    return _PLAIN.get(problem, problem)


def place_of(error: yaml.MarkedYAMLError) -> tuple[int, int]:
    """The 1-based line and column where people have to look."""
    ends, begins = error.problem_mark, error.context_mark
    mark = begins if error.problem == _UNCLOSED else ends or begins
    return (mark.line + 1, mark.column + 1) if mark else (1, 1)
