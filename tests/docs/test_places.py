"""The project names no place of the machine it was written on, and no host of a package index."""

import re

from tests.docs.pages import ROOT, project_files

HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("npmjs", "com"), ("npmjs", "org"),
                                       ("debian", "org"), ("pythonhosted", "org"))]  # fmt: skip
FOLDERS = ("work", "root")
NAMED = re.compile(
    "|".join([re.escape(host) for host in HOSTS] + [rf"(?<![\w./<-])/{name}/" for name in FOLDERS])
)


def test_no_file_names_them() -> None:
    found = [
        f"{file.relative_to(ROOT)}:{number}: {line.strip()[:80]}"
        for file in project_files()
        for number, line in enumerate(file.read_text(errors="replace").splitlines(), 1)
        if NAMED.search(line)
    ]
    assert found == []
