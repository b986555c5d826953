"""Other common pytest plugins: options that they also register are shared."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.contract.conftest import ORDER
from tests.selftest.suite_runs import KEY, run_suite

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.end_to_end

#: What pytest-base-url registers.
_PLUGIN = """
def pytest_addoption(parser):
    parser.addoption("--base-url", metavar="url", default=None, help="base url for the application under test.")
"""

#: What pytest-randomly does to the order of the tests.
_SHUFFLES = """
import pytest

@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    items.reverse()
"""


def test_a_plugin_that_shuffles_does_not_change_the_order_of_a_run(tmp_path: Path) -> None:
    (tmp_path / "shuffles.py").write_text(_SHUFFLES)
    ran = run_suite(tmp_path, "--collect-only", "-q", "-p", "shuffles", env={"PYTHONPATH": str(tmp_path)})
    names = [line.rpartition("::")[2].partition("[")[0] for line in ran.output.splitlines() if "::" in line]
    assert tuple(dict.fromkeys(names)) == ORDER


#: What Ctrl-C does while Hypothesis' callback of the garbage collector is called.
_INTERRUPTS = """
import gc, signal

def interrupt(phase, info):
    gc.callbacks.remove(interrupt)
    signal.raise_signal(signal.SIGINT)

def pytest_collection_finish():
    gc.callbacks.append(interrupt)
    gc.collect()
"""


def test_an_interrupt_that_python_discards_ends_the_run(tmp_path: Path) -> None:
    (tmp_path / "interrupts.py").write_text(_INTERRUPTS)
    ran = run_suite(tmp_path, "-p", "interrupts", "--delay-ms", "20", env={"PYTHONPATH": str(tmp_path)})
    assert ran.status == 3, ran.output
    assert "the run was interrupted" in ran.output


def test_without_the_terminal_of_pytest_a_run_still_ends_with_its_verdict(tmp_path: Path) -> None:
    quiet = ("-p", "no:terminal", "--profile", "smoke")
    assert run_suite(tmp_path, *quiet).status == 0
    ran = run_suite(tmp_path, *quiet, "--fault", "accepts_dot_in_display_name")
    assert ran.status == 1, ran.output
    assert '"outcome":"broken"' in (ran.folder / "report.json").read_text().replace(" ", "")


def test_a_plugin_that_has_base_url_already_shares_it(tmp_path: Path) -> None:
    (tmp_path / "has_base_url.py").write_text(_PLUGIN)
    options = ("-p", "has_base_url", "--profile", "smoke")
    env = {"PYTHONPATH": str(tmp_path), "ACTIVEPIECES_API_KEY": KEY}
    kept = run_suite(tmp_path, *options, env=env)
    assert kept.status == 0, kept.output
    nobody = ("--target", "live", "--base-url", "http://127.0.0.1:9/api", "--patience", "0.2")
    ran = run_suite(tmp_path, *options, *nobody, env=env)
    assert ran.status == 3, ran.output
    assert "127.0.0.1:9" in ran.output
    ran = run_suite(
        tmp_path,
        *options,
        "--target",
        "live",
        env=env | {"CONTRACT_BASE_URL": "http://127.0.0.1:8/api", "CONTRACT_PATIENCE": "0.2"},
    )
    assert ran.status == 3, ran.output
    assert "127.0.0.1:8" in ran.output
    assert ran.folder.is_dir()
    assert (tmp_path / "latest").resolve() == kept.folder.resolve(), "not moved by a run without a verdict"
