"""What two releases of Activepieces keep and break: docs/activepieces.md and known deviations for each.

``python -m tests.benchmark.releases`` judges the recorded runs again and writes both; no service is needed.
"""

from __future__ import annotations

import datetime as dt
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts.deviations import Deviations
from contracts.published_document import ADVICE
from reports.deviation_entries import Acceptance, proposed
from reports.markdown import code
from reports.reading import summarize
from tests.benchmark.served import ROOT
from tests.harness.rejudging import judge_again
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reports.evidence import FindingReport
    from reports.summary import Summary

COMMAND: Final = "python -m tests.benchmark.releases"
RELEASES: Final = ("0.78.2", "0.83.0")
PAGE: Final = ROOT / "docs" / "activepieces.md"
#: A year after the runs.
_EXPIRES: Final = dt.date(2027, 11, 30)
_REPOSITORY: Final = "https://github.com/activepieces/activepieces"

_PREPARING: Final = """\
## Prepare such a server for a run

1. Run the enterprise edition (`AP_EDITION=ee`) with PostgreSQL and Redis, and activate a license: the community edition
   has no API keys.
2. The platform's plan must allow API keys and team projects without a limit (`teamProjectsLimit`). Otherwise creations
   fail with 402 `FEATURE_DISABLED` or `QUOTA_EXCEEDED`, or with 409 `VALIDATION` when the limit is reached. None of
   these is a broken promise: the run ends with exit status 3 and says why.
3. Create an API key in the admin console, on a separate platform for tests, and set `ACTIVEPIECES_API_KEY` to it.
4. The base URL ends with `/api`. Outside `/api` the server answers every request with 200 and its web application.
5. A run creates some 800 to 1,400 projects and deletes them. On 0.78.2 each deletion holds a connection to the database
   and requests a second one: 20 concurrent deletions blocked the server permanently. The suite sends at most four
   concurrently, and only one as soon as the server slows down; do not delete faster by hand."""


def pages(summaries: dict[str, Summary]) -> dict[Path, str]:
    """Every file that is generated from the recorded runs, with its text.

    Args:
        summaries: The summary of each release's run, judged again without known deviations.
    """
    found = {deviations_file(release): _deviations(release, summary) for release, summary in summaries.items()}
    found[PAGE] = "\n\n".join(_page(summaries)) + "\n"
    return found


def deviations_file(release: str) -> Path:
    """The known deviations of a release."""
    return ROOT / "contracts" / "releases" / f"activepieces-{release}.toml"


def judged(release: str, folder: Path) -> Summary:
    """Judge the recorded run of a release again, into a folder, without known deviations."""
    judge_again(DATA / f"activepieces-{release}.ndjson.xz", folder)
    return summarize([folder], deviations=Deviations.none())


def _page(summaries: dict[str, Summary]) -> Iterator[str]:
    yield "# Activepieces releases: kept and broken clauses"
    yield (
        f"Made by `{COMMAND}` from two recorded runs of this suite (default profile,\n"
        "November 2026), judged again with the current checks. The servers ran the enterprise edition with\n"
        "PostgreSQL 15. Other requests may show further findings."
    )
    yield "\n".join(_overview(summaries))
    for release, summary in summaries.items():
        causes = _causes(summary)
        yield f"## {release}: {len(causes)} causes, {len(summary.findings)} findings"
        yield "\n".join(line for number, findings in enumerate(causes.values(), 1) for line in _cause(number, findings))
    yield _PREPARING
    yield (
        "## A gate for such a release\n\n"
        "With the release's file of known deviations only other findings fail a run:\n\n"
        + "\n".join(
            f"    contract run --target live --base-url URL --deviations {deviations_file(release).relative_to(ROOT)}"
            for release in summaries
        )
        + "\n\nName an owner in it, and remove entries that no longer occur: each run reports them."
    )


def _overview(summaries: dict[str, Summary]) -> Iterator[str]:
    yield "| | " + " | ".join(summaries) + " |"
    yield "|---|" + "--:|" * len(summaries)
    rows = {
        "requests": [summary.requests for summary in summaries.values()],
        "clauses kept": [summary.states()["kept"] for summary in summaries.values()],
        "clauses broken": [summary.states()["broken"] for summary in summaries.values()],
        "not exercised, or partial": [
            summary.states()["not exercised"] + summary.states()["partial"] for summary in summaries.values()
        ],
        "findings": [len(summary.findings) for summary in summaries.values()],
        "... that the published document allows": [
            sum(bool(finding.advice) for finding in summary.findings) for summary in summaries.values()
        ],
    }
    for title, numbers in rows.items():
        yield f"| {title} | " + " | ".join(f"{number:,}" for number in numbers) + " |"


def _causes(summary: Summary) -> dict[str, list[FindingReport]]:
    """The findings by diagnosis; those without one separately."""
    causes: dict[str, list[FindingReport]] = {}
    for finding in summary.findings:
        cause = finding.diagnosis.sentence if finding.diagnosis else finding.id
        causes.setdefault(cause, []).append(finding)
    return causes


def _cause(number: int, findings: list[FindingReport]) -> Iterator[str]:
    first = findings[0]
    title = first.diagnosis.sentence if first.diagnosis else f"{first.clause.promise} (broken: {code(first.cause)})"
    advice = f" ({ADVICE})" if first.advice else ""
    yield f"{number}. **{title.removesuffix('.')}**{advice}"
    for finding in findings:
        also = f"; also breaks {', '.join(map(code, finding.clauses[1:]))}" if len(finding.clauses) > 1 else ""
        yield f"    - {code(finding.id)}{also}"
        yield f"      ({finding.agreement})"
        yield f"      sent {code(finding.sent, 100)}, received {code(finding.received, 120)}"


def _deviations(release: str, summary: Summary) -> str:
    reason = f"Activepieces {release} does so: docs/activepieces.md"
    text = proposed(summary.findings, Acceptance(reason, _REPOSITORY, "TODO: your team", _EXPIRES))
    return f"# Known deviations of Activepieces {release}, made by {COMMAND} from a recorded run.\n\n{text}"


def main() -> int:
    """Write the files and print their names."""
    with tempfile.TemporaryDirectory() as folder:
        summaries = {release: judged(release, Path(folder) / release) for release in RELEASES}
    for path, text in pages(summaries).items():
        path.write_text(text, encoding="utf-8")
        print(path.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
