"""What worker and clock have beside their work."""

import socket
import urllib.request

import pytest

from router.cli.accompany import accompanied
from router.flows.world import World
from tests.parts.ports import free_port


def test_a_machine_without_web_shows_its_figures_at_a_port(world: World) -> None:
    port = free_port()
    with accompanied(world, "clock", port):
        world.meters.sent("reply", "accepted", 0.1)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
            told = answer.read().decode()
    assert 'bellhop_processes{process="clock"} 1.0' in told
    assert 'bellhop_sends_total{kind="reply",outcome="accepted"} 1.0' in told


def test_a_port_that_is_taken_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SystemExit) as ended, accompanied(world, "clock", port):
            pass
    assert ended.value.code == 2
    assert "--metrics-port" in capsys.readouterr().err
