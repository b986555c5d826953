"""The command ``contract``, from an empty folder outside the repository."""

from __future__ import annotations

import json
import shlex
import subprocess
import sys
import tomllib
from typing import TYPE_CHECKING

import pytest

from tests.harness.command_line import main
from tests.harness.invocation import CONFIGURATION, SUITE, printed_command, pytest_arguments
from tests.selftest.suite_runs import ROOT

if TYPE_CHECKING:
    from pathlib import Path


def contract(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "contract_command.py"), *arguments]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.end_to_end
def test_the_printed_commands_of_a_finding_work(tmp_path: Path) -> None:
    ran = contract(tmp_path, "run", "--profile", "smoke", "--fault", "accepts_dot_in_display_name")
    assert ran.returncode == 1, ran.stdout + ran.stderr
    report = json.loads((tmp_path / "reports" / "runs" / "latest" / "report.json").read_text())
    finding = report["findings"][0]
    texts = [command["text"] for command in finding["commands"]]
    again = next(text for text in texts if text.startswith("contract replay"))
    replayed = contract(tmp_path, *shlex.split(again)[1:])
    assert (replayed.returncode, "still broken" in replayed.stdout) == (1, True), replayed.stdout + replayed.stderr
    for arguments in (["report", "reports/runs/latest"], ["trend"], ["explain", finding["id"]]):
        done = contract(tmp_path, *arguments)
        assert done.returncode == (1 if arguments[0] == "report" else 0), done.stdout + done.stderr
    assert [path.name for path in tmp_path.iterdir() if not path.name.startswith(".")] == ["reports"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["run", "--nonsense"],
        ["run", "--budget", "1"],
        ["run", "-n", "2", "--dist", "each"],
        ["replay"],
        ["replay", "request.body.type:x", "--run", "nowhere"],
        ["report", "nowhere"],
        ["compare", "nowhere"],
        ["cleanup", "nowhere", "--base-url", "http://127.0.0.1:9/api"],
        ["mock", "--nonsense"],
        ["mock", "--fault", "nonsense", "--port", "0"],
        ["drift"],
        ["corpus", "nowhere"],
        ["explain", "request.nonsense"],
    ],
    ids=" ".join,
)
def test_wrong_usage_ends_with_4(arguments: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if arguments[0] in {"run", "replay"} and len(arguments) > 1:
        assert contract(tmp_path, *arguments).returncode == 4
        return
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 4


def test_an_uncaught_error_does_not_end_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> int:
        raise RuntimeError("sk-secret")

    monkeypatch.setattr("contracts.drift.cli.compare_source", fail)
    assert main(["drift", "x"]) == 3


def test_a_python_without_the_dependencies_is_told_how_to_install_them(tmp_path: Path) -> None:
    command = [sys.executable, "-I", "-S", str(ROOT / "contract_command.py"), "run"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, "pip install -e" in done.stderr) == (4, True)


def test_explain_prints_statement_source_and_level(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["explain", "request.displayName.pattern:accepted"]) == 0
    out = capsys.readouterr().out
    assert all(part in out for part in ('"Pattern: ^[^./]+$"', "page: Body", "documented"))
    assert main(["explain", "request.displayName.patern"]) == 4
    assert "request.displayName.pattern" in capsys.readouterr().err


def test_run_accepts_parts_of_the_suite_and_prints_a_short_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert pytest_arguments(["--seed", "3"]) == [*CONFIGURATION, str(SUITE), "--seed", "3"]
    assert pytest_arguments(["tests/contract/test_wire.py"]) == [*CONFIGURATION, "tests/contract/test_wire.py"]
    for started in (["tests/contract", "--seed", "3"], pytest_arguments(["--seed", "3"])):
        assert printed_command(started) == "contract run --seed 3"


def test_the_console_script_is_declared_and_its_library_pinned() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"contract": "contract_command:main"}
    assert any(line.startswith("click==") for line in (ROOT / "constraints.txt").read_text().splitlines())
