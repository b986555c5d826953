"""The recorded runs of two releases of Activepieces, judged again: each known mistake has a finding of its own."""

from __future__ import annotations

import datetime as dt
import json
from typing import TYPE_CHECKING, Final

import pytest

from contracts.deviations import Deviations
from contracts.findings import Level
from contracts.verdict import ExitStatus
from reports.reading import summarize
from reports.render import write_all
from reports.terminal import terminal_summary
from tests.benchmark.releases import COMMAND, RELEASES, deviations_file, judged, pages

if TYPE_CHECKING:
    from pathlib import Path

    from reports.evidence import FindingReport
    from reports.summary import Summary

pytestmark = pytest.mark.end_to_end

#: What both releases do, each with the beginnings of the names of the findings that say so.
_BOTH: Final[dict[str, tuple[str, ...]]] = {
    "alertReceiverEmail is not known to the service": ("request.alertReceiverEmail.pattern:accepted",),
    "metadata is null where none was sent": ("response.201.metadata.null:null",),
    "metadata may be null": ("request.metadata.null:accepted",),
    "a form creates a project": ("request.mediaType:accepted",),
    "a fraction of maxConcurrentJobs": (
        "service.no_5xx:500-22P02-internal-server-error-invalid-input-syntax-for-type-i",
    ),
    "maxConcurrentJobs beyond 32 bits": ("service.no_5xx:500-22003-internal-server-error-value-is-out-of-range",),
    "U+0000 in a text": ("service.no_5xx:500-22021-internal-server-error-invalid-byte-sequence",),
    "U+0000 in metadata": ("service.no_5xx:500-22P05-internal-server-error-unsupported-unicode-escape",),
    "a lone surrogate in metadata": ("service.no_5xx:500-22P02-internal-server-error-invalid-input-syntax-for-type-j",),
    "an externalId that is longer than an index row": ("service.no_5xx:500-54000-internal-server-error-index-row-",),
    "multipart without a boundary": ("service.no_5xx:500-internal-server-error-multipart-boundary-not-found",),
    "the words of the database": ("service.error_leaks_nothing:SQL",),
}
_KNOWN: Final = {
    "0.83.0": _BOTH
    | {"a second use of an externalId": ("state.external_id_reuse:500-23505-internal-server-error-duplicate",)},
    "0.78.2": _BOTH
    | {
        # No case has the long externalId alone: nothing says that the two messages are about the same.
        "an externalId that is longer than an index row": ("service.no_5xx:500-54000-internal-server-error-index-row-",)
        * 2,
        "a second use of an externalId": ("service.no_5xx:500-23505-internal-server-error-duplicate-key",),
        "types are converted": ("request.displayName.type:accepted",),
        "globalConnectionExternalIds is not known to the service": ("request.globalConnectionExternalIds.",),
        "externalId null comes back as an empty text": ("response.201.externalId.echo:changed",),
        # Not on the list that the recording came with: metadata loses members whose names hold a line break.
        "members with a line break in their names are lost": ("response.201.metadata.echo:changed",),
    },
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the recorded runs, each judged again in a folder of its own."""
    return tmp_path_factory.mktemp("releases")


@pytest.fixture(scope="module")
def summaries(folder: Path) -> dict[str, Summary]:
    return {version: judged(version, folder / version) for version in RELEASES}


@pytest.fixture(params=RELEASES)
def release(request: pytest.FixtureRequest, summaries: dict[str, Summary]) -> tuple[str, Summary]:
    return request.param, summaries[request.param]


def test_pages_generated_from_recorded_runs_are_up_to_date(summaries: dict[str, Summary]) -> None:
    stale = [path.name for path, text in pages(summaries).items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], f"run {COMMAND}"


def test_each_known_mistake_is_a_finding_of_its_own_and_nothing_else_is_one(release: tuple[str, Summary]) -> None:
    version, summary = release
    left = [finding.id for finding in summary.findings]
    for mistake, names in _KNOWN[version].items():
        for name in names:
            fitting = [identifier for identifier in left if identifier.startswith(name)]
            assert fitting, f"{mistake}: {name} is not among {left}"
            left.remove(fitting[0])
    assert left == []


def test_no_finding_hides_another_one(release: tuple[str, Summary]) -> None:
    _, summary = release
    assert [row for row in summary.clauses if row.state == "unknown"] == []
    assert not [finding for finding in summary.findings if finding.count == 0]


def test_one_mistake_that_breaks_several_clauses_lists_them(release: tuple[str, Summary]) -> None:
    version, summary = release
    assert set(_finding(summary, "request.alertReceiverEmail").clauses) == {
        "request.alertReceiverEmail.pattern",
        "request.alertReceiverEmail.type",
    }
    if version == "0.78.2":
        converted = _finding(summary, "request.displayName.type")
        fields = {clause.split(".")[1] for clause in converted.clauses}
        assert fields == {"displayName", "externalId", "metadata", "maxConcurrentJobs"}
        assert "converted" in converted.likely
        reuse = _finding(summary, "service.no_5xx:500-23505-internal-server-error-duplicate")
        assert reuse.clauses == ("service.no_5xx", "state.external_id_reuse")


def test_findings_that_the_published_document_allows_are_grouped_in_every_format(
    release: tuple[str, Summary], tmp_path: Path
) -> None:
    _, summary = release
    allowed = [finding.id for finding in summary.findings if finding.advice]
    assert set(allowed) == {"response.201.metadata.null:null", "request.metadata.null:accepted"}
    assert [finding.id for finding in summary.findings[-2:]] == allowed
    assert {finding.clause.level for finding in summary.findings[-2:]} == {Level.DOCUMENTED}
    write_all(summary, tmp_path)
    report = json.loads((tmp_path / "report.json").read_text())
    assert [finding["id"] for finding in report["findings"] if finding["advice"]] == allowed
    for name in ("index.html", "summary.md"):
        text = (tmp_path / name).read_text()
        assert text.count("the published document allows this: fix the page or the service") == 2
        assert text.count("The page or the service? A published document allows") == 1
    assert "the published document allows this" in terminal_summary(summary)


def test_the_known_deviations_of_a_release_accept_its_findings_each_once(
    release: tuple[str, Summary], folder: Path
) -> None:
    version, summary = release
    again = summarize([folder / version], deviations=Deviations.load(deviations_file(version), dt.date(2026, 11, 26)))
    assert again.status is ExitStatus.KEPT, again.sentence
    assert {f.fingerprint: f.count for f in again.known} == {f.fingerprint: f.count for f in summary.findings}
    assert again.vanished == ()


def _finding(summary: Summary, name: str) -> FindingReport:
    return next(finding for finding in summary.findings if finding.id.startswith(name))
