"""The GitHub Action, the GitLab job and the image: their steps, as far as they can run locally."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from tests.mock.process import MockProcess
from tests.selftest.live_runs import KEY
from tests.selftest.suite_runs import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.end_to_end

ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())


def step(name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(step for step in ACTION["runs"]["steps"] if step.get("name") == name)
    return found


@pytest.fixture(scope="module")
def service() -> Iterator[str]:
    with MockProcess.start(key=KEY, fault="accepts_dot_in_display_name") as mock:
        yield mock.base_url


def run_step(folder: Path, inputs: dict[str, str]) -> tuple[int, str]:
    """Run the step Run as GitHub does, in the folder of the calling repository."""
    temp = folder / "temp"
    script = temp / "contract-suite" / "bin" / "contract"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {ROOT / "contract_command.py"} "$@"\n')
    script.chmod(0o700)
    given = {name: str(declared.get("default", "")) for name, declared in ACTION["inputs"].items()} | inputs
    environment = dict(os.environ)
    for name, value in step("Run")["env"].items():
        environment[name] = given[value.split("inputs.")[1].split()[0]] if "inputs." in value else value
    environment |= {
        "RUNNER_TEMP": str(temp),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
        "GITHUB_ACTIONS": "true",
    }
    caller = folder / "caller"
    caller.mkdir()
    done = subprocess.run(
        ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step("Run")["run"]],
        cwd=caller,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert [path.name for path in caller.iterdir() if path.name != ".hypothesis"] == []
    return done.returncode, done.stdout + done.stderr


def test_the_action_fails_and_shows_a_broken_promise(tmp_path: Path, service: str) -> None:
    status, said = run_step(
        tmp_path, {"base-url": service, "api-key": KEY, "profile": "smoke", "arguments": "--seed\n7\n"}
    )
    assert status == 1, said
    assert "::error title=request.displayName.pattern" in said
    assert "request.displayName.pattern" in (tmp_path / "summary").read_text()
    outputs = dict(line.split("=", 1) for line in (tmp_path / "output").read_text().splitlines())
    report = Path(outputs["report"])
    assert len([*Path(outputs["runs"]).glob("2*/")]) == 1, "what is uploaded"
    assert json.loads((report / "report.json").read_text())["verdict"]["outcome"] == "broken"
    assert (report / "report.sarif").is_file()


def test_a_missing_secret_is_wrong_usage(tmp_path: Path, service: str) -> None:
    assert run_step(tmp_path, {"base-url": service, "api-key": "", "profile": "smoke"})[0] == 4


def test_no_input_of_the_action_is_part_of_a_script() -> None:
    assert not [step for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")]


def test_the_reusable_workflow_hands_each_input_to_the_action_of_the_suite() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "contract-reusable.yml").read_text())
    checkout, action = workflow["jobs"]["contract"]["steps"]
    declared = workflow[True]["workflow_call"]["inputs"]  # YAML 1.1 reads the word on as true
    assert action["with"].keys() == ACTION["inputs"].keys()
    given = {name: f"${{{{ inputs.{name} }}}}" for name in declared}
    assert action["with"] == {"api-key": "${{ secrets.ACTIVEPIECES_API_KEY }}"} | {
        name: value for name, value in given.items() if name in ACTION["inputs"]
    }
    assert (checkout["with"]["repository"], checkout["with"]["ref"]) == (given["suite"], given["suite-ref"])
    assert action["uses"] == f"./{checkout['with']['path']}"


@pytest.mark.parametrize(("key", "status"), [(KEY, 1), ("", 4)])
def test_the_job_for_gitlab_tests_the_service_and_leaves_its_report(
    tmp_path: Path, service: str, key: str, status: int
) -> None:
    recipe = yaml.safe_load((ROOT / "recipes" / "contract.gitlab-ci.yml").read_text())
    assert list(recipe) == [".contract-create-project"], "nothing that changes the pipeline that includes it"
    job = recipe[".contract-create-project"]
    script = tmp_path / "suite" / "venv" / "bin" / "contract"
    script.parent.mkdir(parents=True)
    script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {ROOT / "contract_command.py"} "$@"\n')
    script.chmod(0o700)
    environment = os.environ | job["variables"] | {"CONTRACT_PROFILE": "smoke", "CONTRACT_BASE_URL": service}
    environment |= {"ACTIVEPIECES_API_KEY": key, "suite": str(tmp_path / "suite")}
    caller = tmp_path / "caller"
    caller.mkdir()
    done = subprocess.run(
        ["bash", "-e", "-o", "pipefail", "-c", "\n".join(job["script"])],
        cwd=caller,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == status, done.stdout + done.stderr
    assert bool(list(caller.glob(job["artifacts"]["reports"]["junit"]))) == (status == 1)


def test_the_image_runs_as_a_user_and_needs_no_argument_to_build() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    words = [line.split()[0] for line in lines if line[:1].isalpha()]
    assert words.index("USER") > words.index("RUN")
    assert "USER root" not in lines
    assert "ARG" not in words
    assert any(line.startswith("FROM") and ":" in line and "latest" not in line for line in lines)
