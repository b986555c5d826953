"""Excessively large or deep documents give one sentence, within limits of time and memory."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from contracts.document import DEFAULT_DOCUMENT
from contracts.openapi.yaml_text import load_yaml
from tests.selftest.suite_runs import ROOT

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.end_to_end


def _with_components(count: int) -> str:
    document = yaml.safe_load(DEFAULT_DOCUMENT.read_text())
    reference = "#/components/schemas/S{}"
    schemas = {f"S{i}": {"properties": {"a": {"$ref": reference.format(i + 1)}}} for i in range(count)}
    components = document.get("components", {})
    return json.dumps({**document, "components": {**components, "schemas": components.get("schemas", {}) | schemas}})


def _with_pattern(pattern: str) -> str:
    def changed(node: Any) -> Any:
        if isinstance(node, dict):
            kept = {name: changed(inner) for name, inner in node.items()}
            return kept | {"pattern": pattern} if kept.get("pattern") == "^[^./]+$" else kept
        return [changed(inner) for inner in node] if isinstance(node, list) else node

    return json.dumps(changed(yaml.safe_load(DEFAULT_DOCUMENT.read_text())))


def _merge_bomb() -> str:
    lines = ["a0: &a0 {x: 1, y: 2}"]
    for level in range(1, 30):
        merged = ", ".join([f"*a{level - 1}"] * 8)
        lines += [f"a{level}: &a{level}", f"  <<: [{merged}]", f"  k{level}: {level}"]
    return "x-bomb:\n" + "".join(f"  {line}\n" for line in lines) + DEFAULT_DOCUMENT.read_text()


DOCUMENTS = {
    "merge keys that grow without bound": (_merge_bomb, "more than 2,000,000 members"),
    "a pattern of 3,000 groups": (lambda: _with_pattern("(" * 3_000 + "a" + ")" * 3_000), "nested too deeply"),
    "an automaton beyond reason": (lambda: _with_pattern("(a|b)*a(a|b){40}"), "more than 5000 states"),
    "a count beyond reason": (lambda: _with_pattern("a{1000000}"), "too large to write out"),
}


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    limited = "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30));"
    limited += "sys.argv = sys.argv[1:]; runpy.run_module(sys.argv[0], run_name='__main__', alter_sys=True)"
    arguments = [sys.executable, "-c", limited, *command]
    return subprocess.run(arguments, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_such_a_document_is_refused_as_a_contract_in_one_sentence(name: str, tmp_path: Path) -> None:
    text, words = DOCUMENTS[name]
    path = tmp_path / "document.yaml"
    path.write_text(text())
    done = _run("pytest", "tests/contract", "-q", "--contract", str(path), "--reports", str(tmp_path))
    assert done.returncode == 4, done.stdout + done.stderr
    assert words in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("name", DOCUMENTS)
def test_such_a_document_is_compared_or_said_not_to_be(name: str, tmp_path: Path) -> None:
    text, words = DOCUMENTS[name]
    path = tmp_path / "document.yaml"
    path.write_text(text())
    done = _run("contract_command", "drift", str(path))
    assert done.returncode in {1, 3}, done.stdout + done.stderr
    assert words in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_two_hundred_thousand_components_are_read_in_time(tmp_path: Path) -> None:
    path = tmp_path / "document.json"
    path.write_text(_with_components(200_000))
    assert _run("contract_command", "drift", str(path)).returncode == 0


def test_json_and_yaml_that_begins_like_json_are_read_alike() -> None:
    assert load_yaml('{"a": [1, null, "no"]}') == load_yaml("{a: [1, null, no]}") == {"a": [1, None, "no"]}
