"""yaml-language-server, the one behind editors, spoken to as an editor does: LSP over stdio."""

import json
import select
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.parts.postgresql import PartMissing

FOLDER = Path(__file__).parents[2] / ".tools" / "editor"
PROGRAM = FOLDER / "node_modules" / "yaml-language-server" / "bin" / "yaml-language-server"
PATIENCE_SECONDS = 120.0
SETTINGS = {
    "yaml": {"validate": True, "hover": True, "completion": True, "schemaStore": {"enable": False}},
    "http": {},
}


class LanguageServer:
    """One server. Documents are texts under the paths that they would have on disk."""

    def __init__(self) -> None:
        node = shutil.which("node")
        if node is None or not PROGRAM.exists():
            raise PartMissing("needs node and npm, and `./run test` to fetch it with them")
        self._process = subprocess.Popen(
            [node, PROGRAM, "--stdio"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,
        )
        self._received = b""
        self._calls = 0
        self._opened = 0
        self._warnings: dict[str, list[str]] = {}
        self._begin()

    def _begin(self) -> None:
        wants = {"textDocument": {"completion": {"completionItem": {"snippetSupport": True}}}}
        self._ask("initialize", {"processId": None, "rootUri": None, "capabilities": wants})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def warnings(self, documents: dict[Path, str]) -> dict[Path, list[str]]:
        """What it says of each document, as `line: message`."""
        for path, text in documents.items():
            self._open(path, text)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not all(path.as_uri() in self._warnings for path in documents):
            self._take(deadline)
        return {path: self._warnings.pop(path.as_uri()) for path in documents}

    def completions(self, path: Path, text: str) -> list[str]:
        """The labels that it offers where `|` stands in a text."""
        found = self._at_cursor("textDocument/completion", path, text)
        return [item["label"] for item in found["items"]]

    def hover(self, path: Path, text: str) -> str:
        """What it explains to whoever points where `|` stands in a text."""
        found = self._at_cursor("textDocument/hover", path, text)
        return str(found["contents"]["value"]) if found else ""

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            assert stream is not None
            stream.close()

    def _at_cursor(self, method: str, path: Path, text: str) -> Any:
        before, _, after = text.partition("|")
        self._open(path, before + after)
        line, column = before.count("\n"), len(before) - before.rfind("\n") - 1
        position = {"line": line, "character": column}
        return self._ask(method, {"textDocument": {"uri": path.as_uri()}, "position": position})

    def _open(self, path: Path, text: str) -> None:
        self._opened += 1  # a version of its own, else it would think of the text before
        document = {"uri": path.as_uri(), "languageId": "yaml", "version": self._opened}
        self._warnings.pop(path.as_uri(), None)
        self._tell("textDocument/didOpen", {"textDocument": {**document, "text": text}})

    def _ask(self, method: str, parameters: dict[str, Any]) -> Any:
        self._calls += 1
        self._send({"id": self._calls, "method": method, "params": parameters})
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            answer = self._take(deadline)
            if answer.get("id") == self._calls and "method" not in answer:
                assert "error" not in answer, answer
                return answer["result"]

    def _tell(self, method: str, parameters: dict[str, Any]) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        assert self._process.stdin is not None
        self._process.stdin.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def _take(self, deadline: float) -> dict[str, Any]:
        """The next message. Warnings are noted; what the server asks is answered with nothing."""
        message = self._read(deadline)
        if message.get("method") == "textDocument/publishDiagnostics":
            found = message["params"]
            self._warnings[found["uri"]] = [
                f"{one['range']['start']['line'] + 1}: {one['message']}"
                for one in found["diagnostics"]
            ]
        elif "method" in message and "id" in message:
            items = message.get("params", {}).get("items", [])
            self._send({"id": message["id"], "result": [None for _ in items] or None})
        return message

    def _read(self, deadline: float) -> dict[str, Any]:
        while b"\r\n\r\n" not in self._received:
            self._receive(deadline)
        head, _, self._received = self._received.partition(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(self._received) < length:
            self._receive(deadline)
        body, self._received = self._received[:length], self._received[length:]
        message: dict[str, Any] = json.loads(body)
        return message

    def _receive(self, deadline: float) -> None:
        stream = self._process.stdout
        assert stream is not None
        ready, _, _ = select.select([stream], [], [], max(0.0, deadline - time.monotonic()))
        assert ready, "the language server is silent"
        received = stream.read(65536)
        assert received, "the language server has ended"
        self._received += received
