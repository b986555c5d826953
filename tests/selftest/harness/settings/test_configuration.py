"""Options from the environment and from pyproject.toml."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.harness.client.credentials import WrongUsage
from tests.harness.settings.configuration import Configuration, Declarations
from tests.selftest.suite_runs import ROOT

if TYPE_CHECKING:
    from pathlib import Path

DECLARED: Declarations = {
    "colour": {"choices": ["red", "blue"], "default": "red"},
    "pace": {"type": float},
    "number": {"type": int},
    "keep-all": {"action": "store_true"},
    "source": {"action": "append", "default": []},
    "run": {},
}


def configured(folder: Path, toml: str = "", **environment: str) -> Configuration:
    (folder / "pyproject.toml").write_text(f"[tool.contract]\n{toml}\n")
    return Configuration(DECLARED, environment, folder)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    both = configured(
        tmp_path,
        'colour = "red"\npace = 3\nkeep_all = true\nsource = ["a b"]',
        CONTRACT_COLOUR="blue",
        CONTRACT_NUMBER=" 7 ",
        CONTRACT_PACE="",
        CONTRACT_UNRELATED="x",
    )
    both.check()
    assert both.values == {"colour": "blue", "pace": 3.0, "keep-all": True, "source": ["a b"], "number": 7}


@pytest.mark.parametrize(("text", "value"), [("1", True), ("Yes", True), ("off", False), ("0", False)])
def test_flags_of_the_environment(tmp_path: Path, text: str, value: object) -> None:
    assert configured(tmp_path, CONTRACT_KEEP_ALL=text).values == {"keep-all": value}


@pytest.mark.parametrize(
    ("toml", "environment", "said"),
    [
        ("colors = 1", {}, "colors in [tool.contract]"),
        ("run = 'x'", {}, "no such option"),
        ("number = true", {}, "True is not a whole number"),
        ("keep-all = 'yes'", {}, "'yes' is not true or false"),
        ("source = 'x'", {}, "'x' is not a list"),
        ("colour = ", {}, "cannot read [tool.contract]"),
        ("", {"CONTRACT_NUMBER": "1.5"}, "CONTRACT_NUMBER: '1.5' is not a whole number"),
        ("", {"CONTRACT_COLOUR": "green"}, "'green' is not one of red, blue"),
    ],
)
def test_a_value_that_cannot_be_used_is_named(
    tmp_path: Path, toml: str, environment: dict[str, str], said: str
) -> None:
    with pytest.raises(WrongUsage) as caught:
        configured(tmp_path, toml, **environment).check()
    assert said in str(caught.value)


def run(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "pytest", str(ROOT / "tests" / "contract"), "--rootdir", str(ROOT)]
    return subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.mark.end_to_end
def test_a_run_from_another_folder_follows_its_file_and_writes_there(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        '[tool.contract]\nprofile = "smoke"\nbase-url = "http://127.0.0.1:9/api"\n'
    )
    meant_for_live = run(tmp_path)
    assert meant_for_live.returncode == 4, meant_for_live.stdout + meant_for_live.stderr
    assert "--target live" in meant_for_live.stderr
    on_the_mock = run(tmp_path, "--target", "mock")
    assert on_the_mock.returncode == 0, on_the_mock.stdout + on_the_mock.stderr
    assert "profile smoke" in on_the_mock.stdout
    assert (tmp_path / "reports" / "runs" / "latest" / "report.json").is_file()
    shown = run(tmp_path, "--target", "mock", "--show-config", CONTRACT_SEED="3")
    assert shown.returncode == 0
    for line in ("target = 'mock'  # command line", "seed = 3  # CONTRACT_SEED", "patience = 60.0  # default"):
        assert line in shown.stdout.splitlines()
    assert f"profile = 'smoke'  # profile in [tool.contract] of {tmp_path / 'pyproject.toml'}" in shown.stdout
    misspelt = run(tmp_path, "--target", "mock", CONTRACT_SEED="x1")
    assert (misspelt.returncode, "CONTRACT_SEED" in misspelt.stderr) == (4, True)
