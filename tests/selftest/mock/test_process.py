"""The process of the mock: its start, its end, and the errors of its options."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import textwrap
import time
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.mock.process import MockProcess

KEY = "sk-" + "Mock456789" * 6


def test_the_key_is_not_on_the_command_line() -> None:
    with MockProcess.start(key=KEY) as mock:
        assert "tests.mock" in str(mock._process.args)
        assert KEY not in str(mock._process.args)


def test_a_stopped_mock_is_gone_and_can_be_stopped_again() -> None:
    mock = MockProcess.start(key=KEY)
    mock.stop()
    mock.stop()
    assert not mock.running
    assert not _listens(urlsplit(mock.base_url).port)


def test_a_mock_ends_when_its_parent_is_killed() -> None:
    program = textwrap.dedent("""
        import time
        from tests.mock.process import MockProcess
        print(MockProcess.start(key="sk-orphan").base_url, flush=True)
        time.sleep(60)
    """)
    parent = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    with parent:
        assert parent.stdout is not None
        address = urlsplit(parent.stdout.readline().strip())
        assert _listens(address.port)
        parent.send_signal(signal.SIGKILL)
    deadline = time.monotonic() + 5
    while _listens(address.port) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not _listens(address.port)


def _listens(port: int | None) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port or 0)) == 0


@pytest.mark.parametrize(
    ("options", "said"),
    [({"fault": "no_such_fault"}, "--list-faults"), ({"variant": "no_such_variant"}, "--list-variants")],
)
def test_an_unknown_fault_or_variant_is_explained(options: dict[str, Any], said: str) -> None:
    with pytest.raises(RuntimeError, match=said):
        MockProcess.start(key=KEY, **options)


def test_a_port_in_use_is_explained() -> None:
    with MockProcess.start(key=KEY) as mock, pytest.raises(RuntimeError, match="in use"):
        MockProcess.start(key=KEY, port=urlsplit(mock.base_url).port or 0)
