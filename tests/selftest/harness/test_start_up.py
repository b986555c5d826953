"""What a run imports before it sends: nothing that most runs do not need."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
import sys
import conftest, tests.contract.conftest, tests.harness.run_setup, tests.harness.run
print(*sorted(name for name in sys.argv[1:] if name in sys.modules))
"""


def test_a_run_without_findings_pays_for_no_diagnosis_no_drift_and_no_generator() -> None:
    for_some = ["contracts.diagnosis", "contracts.drift", "markdown_it", "schemathesis", "uvicorn", "tests.mock.server"]
    done = subprocess.run(  # noqa: S603  # our own modules
        [sys.executable, "-c", _SCRIPT, *for_some, "hypothesis"],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.stdout.split() == ["hypothesis"], done.stderr
