"""Runs schemathesis: ``st run``, and its alarms that a correct service does not cause.

It runs under favourable conditions: the document without ``format: email``, which it asserts in addition to the pattern
(JSON Schema 2020-12, section 7.2.1, makes it an annotation), every check but two that always fail here
(unsupported_method requires 405, which the page does not; missing_required_header 401 although 403 is equally valid;
ignored_auth stays), and false alarms removed, see ``is_sound``.
"""

from __future__ import annotations

import base64
import json
import sys
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.exchange import VALID_AUTHORIZATION, Case
from contracts.expectation import Expected
from contracts.oracle import Oracle
from tests.benchmark.runs import Run, run
from tests.benchmark.served import CONTRACT, KEY, ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_FORMAT: Final = "format: email"
_UNSOUND: Final = ("unsupported_method", "missing_required_header")
#: Its time limit for a response in seconds, the same as the suite's.
_PATIENCE: Final = 5
#: Its memory limit in bytes, because it reads endless responses without limit.
_MEMORY: Final = 4 << 30


@dataclass(frozen=True, slots=True)
class Alarm:
    """One failed check: the time of its response (seconds since the epoch), the check, and the exchange."""

    at: float
    check: str
    body: bytes | None = None
    media_type: str | None = None


class SchemathesisFailed(RuntimeError):
    """The tool ended without a readable result: killed, or with an internal error."""


@dataclass(frozen=True, slots=True)
class SchemathesisRun:
    """One ``st run`` with its alarms in order of time."""

    run: Run
    alarms: tuple[Alarm, ...]

    @property
    def finding(self) -> Alarm | None:
        """The first alarm that a correct service does not cause."""
        return next((alarm for alarm in self.alarms if is_sound(alarm)), None)


def st_run(
    base_url: str,
    *,
    examples: int | None = None,
    seed: int = 1,
    unchanged: bool = False,
    our_checks: bool = False,
    to_the_end: bool = False,
) -> SchemathesisRun:
    """Run schemathesis until its first alarm, or to the end.

    Args:
        base_url: The address of the service.
        examples: Its number of examples; None for its default.
        seed: Its seed.
        unchanged: Change neither the document nor the checks.
        our_checks: Use the checks of the repository's schemathesis.toml.
        to_the_end: Continue after an alarm.

    Raises:
        SchemathesisFailed: It ended without a readable result.
        subprocess.TimeoutExpired: It took more than 15 minutes.
    """
    with tempfile.TemporaryDirectory(prefix="stock-") as name:
        folder = Path(name)
        document, events = folder / "openapi.yaml", folder / "events.ndjson"
        document.write_text(_document(unchanged=unchanged or our_checks), encoding="utf-8")
        command = [*st_command(document, base_url, examples, seed, our_checks=our_checks), "--report", "ndjson"]
        command += [f"--report-ndjson-path={events}", "--request-timeout", str(_PATIENCE)]
        command += [] if unchanged or our_checks else ["--exclude-checks", ",".join(_UNSOUND)]
        command += ["--continue-on-failure"] if to_the_end else ["--max-failures", "1"]
        done = run(command, cwd=ROOT if our_checks else folder, timeout=900, memory_limit=_MEMORY)
        if done.status not in {0, 1}:
            raise SchemathesisFailed(f"schemathesis ended with {done.status}:\n{done.output[-3000:]}")
        alarms = sorted(alarms_in(_read(events)), key=lambda alarm: alarm.at)
        if bool(alarms) != bool(done.status):
            raise SchemathesisFailed(f"schemathesis ended with {done.status} and {alarms}:\n{done.output[-3000:]}")
        return SchemathesisRun(done, tuple(alarms))


def fuzz(base_url: str, examples: int) -> Run:
    """Run only its fuzzing phase, to the end and without a report, to measure the cost of so many cases."""
    with tempfile.TemporaryDirectory(prefix="stock-") as folder:
        document = Path(folder) / "openapi.yaml"
        document.write_text(_document(unchanged=False), encoding="utf-8")
        command = [*st_command(document, base_url, examples, seed=1), "--phases", "fuzzing", "--continue-on-failure"]
        return run([*command, "--exclude-checks", ",".join(_UNSOUND)], cwd=Path(folder), timeout=900)


def st_command(
    document: Path, base_url: str, examples: int | None, seed: int, *, our_checks: bool = False
) -> list[str]:
    """The common part of all command lines; the key comes from schemathesis.toml with ``our_checks``."""
    # The module of its command `st`, in this interpreter, whatever PATH is.
    command = [sys.executable, "-m", "schemathesis.cli", "run", str(document), "--url", base_url, "--no-color"]
    command += ["--generation-database", "none", "--seed", str(seed)]
    command += [] if our_checks else ["--header", f"Authorization: Bearer {KEY}"]
    return command if examples is None else [*command, "--max-examples", str(examples)]


def is_sound(alarm: Alarm) -> bool:
    """Whether an alarm is a real mistake of the service, by the bytes that were sent.

    schemathesis considers bodies valid that are UNSPECIFIED for the oracle, such as members named ``__proto__``.
    """
    if alarm.check in _UNSOUND:
        return False
    expected = {"positive_data_acceptance": Expected.CREATED, "negative_data_rejection": Expected.REJECTED}.get(
        alarm.check
    )
    if expected is None:
        return True
    headers = [("Authorization", VALID_AUTHORIZATION)]
    headers += [("Content-Type", alarm.media_type)] if alarm.media_type is not None else []
    return _oracle().expect(Case(alarm.body, tuple(headers))).expected is expected


def alarms_in(events: Iterable[dict[str, Any]]) -> Iterator[Alarm]:
    """Every failed check and every error in the events of a run's NDJSON report."""
    for event in events:
        ((kind, members),) = event.items()
        if kind in {"NonFatalError", "FatalError"}:
            yield Alarm(members["timestamp"], kind)
        elif kind == "ScenarioFinished":
            recorder = members["recorder"]
            for case, checks in recorder.get("checks", {}).items():
                for check in checks:
                    if check["status"] == "failure":
                        yield _alarm(check["name"], recorder["interactions"][case])


def _alarm(check: str, interaction: dict[str, Any]) -> Alarm:
    request = interaction["request"]
    body = request.get("body")
    media_type = next((v[0] for name, v in request["headers"].items() if name.lower() == "content-type"), None)
    return Alarm(
        at=interaction["timestamp"],
        check=check,
        body=base64.b64decode(body["$base64"]) if body else None,
        media_type=media_type,
    )


@cache
def _oracle() -> Oracle:
    return Oracle(load_contract(DEFAULT_DOCUMENT))


def _read(events: Path) -> Iterator[dict[str, Any]]:
    for line in events.read_text(encoding="utf-8").splitlines():
        yield json.loads(line)


def _document(*, unchanged: bool) -> str:
    text = CONTRACT.read_text(encoding="utf-8")
    if unchanged:
        return text
    if text.count(_FORMAT) != 1:
        raise RuntimeError(f"expected {_FORMAT!r} once in {CONTRACT}, found it {text.count(_FORMAT)} times")
    return text.replace(_FORMAT, f"x-{_FORMAT}")
