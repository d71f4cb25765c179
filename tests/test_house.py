"""The house rules: lint, format, types, import directions, and who may read the environment."""

import ast
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from router.settings import WEBHOOK_SECRET, Settings

ROOT = Path(__file__).parents[1]
PROGRAMS = Path(sys.executable).parent
ROOMS = ("keywords", "rules", "router")
ENVIRONMENT_READER = ROOT / "router" / "settings.py"
VAGUE_NAMES = {"utils", "helpers", "common", "base", "manager", "util", "helper", "misc"}
# "import-untyped" is its own reason: the library ships no types
IGNORE_WITHOUT_REASON = re.compile(
    r"#\s*type:\s*ignore(?!\[import-untyped\]|\[[\w, -]+\]\s+#\s*\S)"
)


def _sources(*rooms: str) -> list[Path]:
    return [file for room in rooms for file in sorted((ROOT / room).rglob("*.py"))]


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(["ruff", "check", "."], id="ruff check"),
        pytest.param(["ruff", "format", "--check", "."], id="ruff format"),
        pytest.param(["mypy", "--strict"], id="mypy"),
        pytest.param(["lint-imports", "--no-cache"], id="import directions"),
    ],
)
def test_gate(command: list[str]) -> None:
    done = subprocess.run(
        [PROGRAMS / command[0], *command[1:]], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text())


def test_only_the_settings_read_the_environment() -> None:
    readers = [file for file in _sources(*ROOMS) if _reads_environment(_tree(file))]
    assert set(readers) <= {ENVIRONMENT_READER}


def _reads_environment(tree: ast.AST) -> bool:
    named = {"environ", "environb", "getenv", "getenvb"}
    return any(
        (isinstance(node, ast.Attribute) and node.attr in named and ast.unparse(node.value) == "os")
        or (isinstance(node, ast.ImportFrom) and named & {name.name for name in node.names})
        for node in ast.walk(tree)
    )


def test_only_the_carrier_knows_twilio() -> None:
    for file in _sources(*ROOMS):
        if "carrier" not in file.relative_to(ROOT).parts:
            assert "twilio" not in _imported_roots(_tree(file)), file


def _imported_roots(tree: ast.AST) -> set[str]:
    roots = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            roots |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            roots.add(node.module.split(".")[0])
    return roots


def test_files_are_named_for_their_concept() -> None:
    vague = [file for file in _sources(*ROOMS, "tests", "bench") if file.stem in VAGUE_NAMES]
    assert vague == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [file for file in _sources(*ROOMS) if not ast.get_docstring(_tree(file))]
    assert silent == []


def test_every_ignored_type_error_has_a_code_and_a_reason() -> None:
    bare = [
        f"{file}:{number}"
        for file in _sources(*ROOMS)
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if IGNORE_WITHOUT_REASON.search(line)
    ]
    assert bare == []


def test_no_file_is_a_thicket() -> None:
    """Aim at 200 lines; 400 is the end."""
    long = [file for file in _sources(*ROOMS) if len(file.read_text().splitlines()) > 400]
    assert long == []


def test_the_example_of_settings_names_each_setting_and_no_other() -> None:
    example = (ROOT / ".env.example").read_text()
    written = re.findall(r"^([A-Z_]+)=", example, re.MULTILINE)
    named = {"WEBHOOK_SECRET" if name.startswith(WEBHOOK_SECRET) else name for name in written}
    assert named == {name.upper() for name in Settings.model_fields}
