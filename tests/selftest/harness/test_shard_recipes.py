"""The recipes for GitHub and GitLab: their commands exist, and merged shards show what is new."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.selftest.suite_runs import ROOT, Ran, run_suite

WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
GITLAB = ROOT / ".gitlab-ci.yml"


def _steps(workflow: Path) -> list[dict[str, Any]]:
    jobs = yaml.safe_load(workflow.read_text())["jobs"].values()
    return [step for job in jobs for step in job["steps"]]


def _gitlab_scripts() -> dict[str, str]:
    jobs = yaml.safe_load(GITLAB.read_text())
    return {name: "\n".join(_flat(job["script"])) for name, job in jobs.items() if "script" in job}


def _flat(lines: list[Any]) -> list[str]:
    return [text for line in lines for text in (_flat(line) if isinstance(line, list) else [line])]


def _scripts() -> list[tuple[str, str]]:
    github = [(f"{w.name}: {step['run'][:30]}", step["run"]) for w in WORKFLOWS for step in _steps(w) if "run" in step]
    return github + [(f"gitlab: {name}", script) for name, script in _gitlab_scripts().items()]


@pytest.mark.parametrize("script", [pytest.param(script, id=name) for name, script in _scripts()])
def test_a_script_is_understood_by_its_shell(script: str) -> None:
    checked = subprocess.run(["bash", "-n"], input=script, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stderr


def test_every_environment_that_a_recipe_runs_exists() -> None:
    tox = configparser.RawConfigParser()
    tox.read(ROOT / "tox.ini")
    known = {section.removeprefix("testenv:") for section in tox.sections()}
    called = {
        name
        for _, script in _scripts()
        for names in re.findall(r"tox run -e (\S+)", script)
        for name in names.split(",")
    }
    assert {"smoke", "gate", "nightly", "mock", "selftest", "lint", "ci-lint"} <= called
    assert called <= known


def test_no_recipe_holds_a_secret_and_actions_are_those_of_github_by_major_version() -> None:
    uses = [step["uses"] for workflow in WORKFLOWS for step in _steps(workflow) if "uses" in step]
    # Another repository's workflow checks this one out, to use its action.
    own = {"./contract-suite"}
    assert [action for action in uses if not re.fullmatch(r"(actions|github)/[a-z/-]+@v\d+", action)] == sorted(own)
    for recipe in (*WORKFLOWS, GITLAB):
        for line in recipe.read_text().splitlines():
            if re.search(r"(KEY|TOKEN)\"?: ", line):
                assert "${{ secrets." in line or "github.token" in line or "$CONTRACT_ISSUE_TOKEN" in line, line


def test_each_python_that_the_suite_supports_is_tested() -> None:
    matrix = yaml.safe_load((ROOT / ".github/workflows/suite.yml").read_text())["jobs"]["test"]["strategy"]["matrix"]
    gitlab = yaml.safe_load(GITLAB.read_text())["suite"]["parallel"]["matrix"][0]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    language = "Programming Language :: Python :: "
    supported = [line.removeprefix(language) for line in project["classifiers"] if line.startswith(language)]
    assert matrix["python"] == gitlab["PYTHON"] == supported


# -- the merge of a night -------------------------------------------------------------------------------------


def _github_merge() -> str:
    steps = _steps(ROOT / ".github" / "workflows" / "contract-nightly.yml")
    script: str = next(step["run"] for step in steps if step.get("id") == "merge")
    return script


def _night(folder: Path, number: int, runs: list[Ran]) -> dict[str, str]:
    """Run the step that merges the shards as GitHub would, and return its outputs."""
    shutil.rmtree(folder / "shards", ignore_errors=True)
    shutil.rmtree(folder / "reports" / "night", ignore_errors=True)
    for index, run in enumerate(runs, 1):
        shutil.copytree(run.folder, folder / "shards" / f"shard-{index}" / run.folder.name)
    output, summary = folder / f"output-{number}", folder / f"summary-{number}.md"
    environment = os.environ | {
        "NIGHT": str(number),
        "GITHUB_OUTPUT": str(output),
        "GITHUB_STEP_SUMMARY": str(summary),
        "PYTHONPATH": str(ROOT),
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", _github_merge()],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert summary.read_text()
    assert (folder / "reports" / "night" / "index.html").exists()
    return dict(line.split("=", 1) for line in output.read_text().splitlines())


@pytest.mark.end_to_end
def test_only_a_night_with_new_findings_is_news(tmp_path: Path) -> None:
    chosen = ("-k", "priority", "--seed", "1")

    def shards(*fault: str) -> list[Ran]:
        return [run_suite(tmp_path / f"{'-'.join(fault)}{k}", *chosen, *fault, "--shard", f"{k}/2") for k in (1, 2)]

    broken, well = shards("--fault", "accepts_dot_in_display_name"), shards()
    other = shards("--fault", "lowers_external_id")
    assert _night(tmp_path, 1, broken) == {"status": "1", "news": "true"}
    found = list((tmp_path / "tests/contract/corpus/found").glob("*.toml"))
    assert [file.name.partition("-pattern")[0] for file in found] == ["request-displayName"]
    assert _night(tmp_path, 2, broken) == {"status": "1", "news": "false"}
    assert _night(tmp_path, 3, other) == {"status": "1", "news": "true"}
    assert _night(tmp_path, 4, well) == {"status": "0", "news": "false"}
    assert len(list((tmp_path / "reports/nights").rglob("*"))) == 4 * 2
