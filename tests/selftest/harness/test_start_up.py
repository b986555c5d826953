"""The imports at the start of a run: nothing that most runs do not need."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_SCRIPT = """
import sys
import conftest, tests.contract.conftest, tests.harness.pytest_plugin.start
print(*sorted(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_a_run_without_findings_pays_for_no_diagnosis_no_drift_and_no_generator() -> None:
    for_some = ["contracts.diagnosis", "contracts.drift", "markdown_it", "schemathesis", "uvicorn", "tests.mock.server"]
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, *for_some, "hypothesis"],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.stdout.split() == ["hypothesis"], done.stderr


def test_pytest_rewrites_nothing_that_a_run_imports(tmp_path: Path) -> None:
    """Where Python keeps no compiled modules, rewriting schemathesis took longer than sending what it makes."""
    (tmp_path / "seen.py").write_text(
        "import sys\n"
        "def pytest_collection_finish(session):\n"
        "    hook = session.config.pluginmanager.rewrite_hook\n"
        "    print('rewrites', hook in sys.meta_path)\n"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "pytest",
            "tests/contract",
            "-p",
            "seen",
            "-s",
            "--profile",
            "smoke",
            "--reports",
            str(tmp_path / "reports"),
        ],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([".", str(tmp_path)])},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert "rewrites False" in done.stdout, done.stdout + done.stderr
