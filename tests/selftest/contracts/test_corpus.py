"""The corpus: cases are stored byte for byte and sent again; unusable files are reported."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.corpus import DEFAULT_CORPUS, LONGEST, CorpusCase, CorpusError, add, anonymous, load_corpus
from contracts.exchange import Case
from tests.selftest.suite_runs import run_command, run_suite

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.end_to_end

DAY = dt.date(2026, 11, 24)
BODIES = st.none() | st.binary(max_size=60) | st.text(max_size=40).map(lambda text: text.encode("utf-8", "replace"))
HEADERS = st.lists(
    st.tuples(st.sampled_from(["Authorization", "Content-Type", "X-Own"]), st.text(max_size=20)), max_size=3
).map(tuple)


def _entry(case: Case) -> CorpusCase:
    return CorpusCase("request.displayName.pattern:accepted", "a 4xx", "201", DAY, case)


@given(body=BODIES, headers=HEADERS, words=st.text(max_size=20))
def test_a_case_survives_being_written_down(
    body: bytes | None, headers: tuple[tuple[str, str], ...], words: str
) -> None:
    import tempfile  # noqa: PLC0415  # Hypothesis makes many examples of one test, so tmp_path would be shared

    with tempfile.TemporaryDirectory() as folder:
        words = words.encode("utf-8", "replace").decode()
        headers = tuple((name, value.encode("utf-8", "replace").decode()) for name, value in headers)
        entry = CorpusCase("a.clause:a cause", words, words, DAY, Case(body, headers))
        path = add(entry, Path(folder))
        (kept,) = load_corpus(folder)
    assert path is not None
    assert (kept.case.body, kept.case.headers) == (body, headers)
    assert (kept.finding, kept.expected, kept.received, kept.found) == ("a.clause:a cause", words, words, DAY)


def test_a_person_can_read_the_body_in_the_file(tmp_path: Path) -> None:
    path = add(_entry(Case(b'{"displayName":"a.{name}"}')), tmp_path)
    assert path is not None
    assert """body = '{"displayName":"a.{name}"}'""" in path.read_text()


def test_what_cannot_be_seen_stands_as_an_escape(tmp_path: Path) -> None:
    path = add(_entry(Case('{"displayName":"\u202e\x7f\U000e0001"}'.encode())), tmp_path)
    assert path is not None
    assert path.read_text().isprintable() is False  # line feeds
    assert "\\u202E\\u007F\\U000E0001" in path.read_text()


def test_the_same_case_is_kept_once(tmp_path: Path) -> None:
    (tmp_path / "found").mkdir()
    assert add(_entry(Case(b"{}")), tmp_path / "found") is not None
    assert add(_entry(Case(b"{}")), tmp_path) is None


def test_unique_names_become_placeholders() -> None:
    case = Case(b'{"externalId":"ctk3f9x2-1000001 ","displayName":"ctk3f9x2-1000001","metadata":{"a":"ctk3f9-5"}}')
    kept = anonymous(case, {"ctk3f9x2"}).body
    assert kept == b'{"externalId":"{name} ","displayName":"{name}","metadata":{"a":"ctk3f9-5"}}'
    assert anonymous(case, set()) == case


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda text: text.replace("[request]", "[sent]"), "lacks ['request'] and has unknown members ['sent']"),
        (lambda text: text.replace("found = 2026-11-24", 'found = "today"'), "expected a date such as"),
        (lambda text: text.replace("headers = [[", "headers = [["[:-1] + "7, ["), "request is not usable"),
        (lambda text: text.replace("body = ", "body_base64 = "), "request is not usable"),
        (lambda text: text + "]", "cannot read"),
    ],
)
def test_a_file_that_cannot_be_used_is_named(tmp_path: Path, spoil: Callable[[str], str], words: str) -> None:
    path = add(_entry(Case(b'{"displayName":"a.b"}')), tmp_path)
    assert path is not None
    path.write_text(spoil(path.read_text()))
    with pytest.raises(CorpusError) as problem:
        load_corpus(tmp_path)
    assert words in str(problem.value)
    assert path.name in str(problem.value)


def test_a_body_that_nobody_can_read_is_not_kept(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="cannot be read by a person"):
        add(_entry(Case(b"a" * (LONGEST + 1))), tmp_path)
    with pytest.raises(CorpusError, match="a file cannot represent"):
        add(_entry(Case(b"{}", path="/v1/users")), tmp_path)


def test_a_missing_folder_is_named_unless_it_is_the_usual_one(tmp_path: Path) -> None:
    with pytest.raises(CorpusError, match="is not a folder"):
        load_corpus(tmp_path / "nothing")
    assert load_corpus("") == []
    assert all(entry.case.case_set == "corpus" for entry in load_corpus(DEFAULT_CORPUS))


def test_a_run_with_an_unusable_corpus_is_wrong_usage(tmp_path: Path) -> None:
    (tmp_path / "one.toml").write_text("finding = 1\n")
    ran = run_suite(tmp_path / "runs", "--corpus", str(tmp_path))
    assert ran.status == 4
    assert "one.toml lacks" in ran.output


def test_what_nightly_finds_the_next_gate_checks_until_it_is_mended(tmp_path: Path) -> None:
    corpus, runs = tmp_path / "corpus", tmp_path / "runs"
    corpus.mkdir()
    fault = ("--fault", "accepts_dot_in_display_name")
    night = run_suite(
        runs,
        "--profile",
        "nightly",
        "--max-time",
        "8",
        *fault,
        "-k",
        "near_miss and displayName",
        "--corpus",
        str(corpus),
    )
    assert night.status == 1, night.output
    added = run_command("corpus", night.folder, "--into", corpus)
    assert added.returncode == 0, added.stderr
    entries = load_corpus(corpus)
    assert [entry.finding.partition(":")[0] for entry in entries] == ["request.displayName.pattern"]
    assert b"ct" not in (entries[0].case.body or b"").replace(b"{name}", b"")

    again = run_suite(runs, "--profile", "gate", *fault, "-k", "failed_before", "--corpus", str(corpus))
    assert again.status == 1, again.output
    seen, *_ = [record for record in again.records("exchange") if record["case"].get("case_set") == "corpus"]
    assert seen["findings"][0]["clause"] == "request.displayName.pattern"
    assert "{name}" not in (seen["case"]["body"] or "")

    mended = run_suite(runs, "--profile", "gate", "-k", "failed_before", "--corpus", str(corpus))
    assert mended.status == 0, mended.output
    assert any(record["case"].get("case_set") == "corpus" for record in mended.records("exchange"))


def test_the_command_names_what_it_cannot_find(tmp_path: Path) -> None:
    assert run_command("corpus", tmp_path / "nothing").returncode == 4
    ran = run_suite(tmp_path / "runs", "--profile", "smoke")
    told = run_command("corpus", ran.folder, "no.such:finding", "--into", tmp_path)
    assert told.returncode == 4
    assert "no finding 'no.such:finding'" in told.stderr


def test_an_example_that_failed_is_the_first_that_the_next_run_sends(tmp_path: Path) -> None:
    examples = ("--examples", str(tmp_path / "examples"), "-k", "near_miss and displayName")
    fault = ("--fault", "accepts_dot_in_display_name")
    first = run_suite(tmp_path / "runs", *fault, *examples, "--seed", "1")
    assert first.status == 1, first.output
    second = run_suite(tmp_path / "runs", *fault, *examples, "--seed", "2")
    assert second.status == 1, second.output
    random = [r for r in second.records("exchange") if r["case"].get("case_set", "").startswith(("pattern", "random"))]
    assert any(finding["clause"] == "request.displayName.pattern" for finding in random[0].get("findings", ()))
