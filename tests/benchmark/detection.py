"""Runs the suite against faults and variants of the mock and says what it found, how early, and how often in vain.

    python -m tests.benchmark.detection [--jobs 2] [--only NAME ...] [--variants] [--json FILE]

Each fault is a run of its own over real HTTP, ended at its first finding; the suite is told nothing but a
base URL, as a stranger would.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts.targets.mock.process import MockProcess
from contracts.targets.mock.registry import faults, variants
from tests.benchmark.forked import preload, run_pytest
from tests.benchmark.lanes import in_lanes
from tests.benchmark.sighting import first_finding

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT: Final = Path(__file__).parents[2]
KEY: Final = "sk-detection-9f3kX2mQpL7vWb4Rt8Yn"
#: Numbers of requests at which the share that was found is told.
BOUNDS: Final = (40, 50, 100, 300, 500, 1_000, 3_000)
#: Mistakes that break more than one clause by their nature: any of these is a right name for them.
AS_RIGHT: Final[dict[str, tuple[str, ...]]] = {
    # What was taken from another request carries that one's name, or does not.
    "answers_with_the_display_name_of_another_request": ("response.201.displayName.echo",),
    # The limit meets whichever member is large.
    "refuses_bodies_beyond_16_kib": ("request.metadata.type", "request.globalConnectionExternalIds.type"),
    # A long name takes longer than anybody waits, whichever test sends it first.
    "backtracks_in_display_names": ("service.time",),
    # Half a head loses its media type and leaves the rest of it in the body.
    "truncates_the_head": ("response.201.json", "response.201.mediaType"),
    # One escape is enough, wherever it stands.
    "refuses_unicode_escapes": (
        *("request.displayName.pattern", "request.externalId.type", "request.metadata.type"),
        "request.globalConnectionExternalIds.type",
    ),
}


@dataclass(slots=True)
class Detection:
    """What became of one run: exit status, broken clauses, and the number of POSTs and seconds until the finding."""

    name: str
    status: int
    clauses: list[str] = field(default_factory=list)
    requests: int | None = None
    seconds: float = 0.0
    output: str = ""

    @property
    def found(self) -> bool:
        """Whether the run said that the contract is broken."""
        return self.status == 1


def run_suite(base_url: str, name: str, *arguments: str, to_the_end: bool = False, timeout: float = 300.0) -> Detection:
    """Run the suite against a service in a process of its own; the key travels in the environment."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["tests/contract", "--target", "live", "--base-url", base_url, "--reports", folder]
        command += ["--examples", f"{folder}/examples", "-q", "-p", "no:cacheprovider", *arguments]
        command += [] if to_the_end else ["-x"]
        started = time.perf_counter()
        output = Path(folder) / "output.txt"
        status = run_pytest(command, {"ACTIVEPIECES_API_KEY": KEY}, output, ROOT, timeout)
        seconds = time.perf_counter() - started
        said = output.read_text(encoding="utf-8", errors="replace")[-3000:]
        detection = Detection(name, status, seconds=round(seconds, 2), output=said)
        for run in Path(folder).iterdir():
            if (run / "report.json").exists() and not run.is_symlink():
                _read(run, detection)
        return detection


def _read(run: Path, detection: Detection) -> None:
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    detection.clauses = sorted({finding["clause"] for finding in report["findings"]})
    sighting = first_finding(run)
    detection.requests = sighting.requests if sighting else None


def detect(name: str, *, variant: bool = False, arguments: Sequence[str] = (), to_the_end: bool = False) -> Detection:
    """Start the mock with one fault (or variant) and run the suite against it."""
    choice: dict[str, Any] = {"variant": name} if variant else {"fault": name}
    if name == "clean":
        choice = {}
    with MockProcess.start(key=KEY, **choice) as mock:
        return run_suite(mock.base_url, name, *arguments, to_the_end=to_the_end)


def detect_all(names: Sequence[str], jobs: int, **options: Any) -> Iterator[Detection]:
    """Several at once, in processes that fork; each is handed out as soon as it and all before it are done."""
    pool = partial(ProcessPoolExecutor, mp_context=multiprocessing.get_context("fork"), initializer=preload)
    return in_lanes(partial(detect, **options), names, pool, jobs)


def _as_owed(detection: Detection, breaks: Mapping[str, str]) -> bool:
    """Found under the clause it breaks and no other; nothing found where nothing is broken."""
    if not breaks:
        return detection.status == 0
    right = {breaks[detection.name], *AS_RIGHT.get(detection.name, ())}
    return detection.found and bool(detection.clauses) and right.issuperset(detection.clauses)


def _share_by_requests(found: list[Detection]) -> str:
    """The share of mistakes that was found within so many requests."""
    counts = [detection.requests for detection in found if detection.found and detection.requests is not None]
    shares = (f"{100 * sum(n <= bound for n in counts) / len(found):.0f} % within {bound}" for bound in BOUNDS)
    return "found: " + ", ".join(shares) + " requests"


def main(arguments: list[str] | None = None) -> int:
    """0 where every fault was found under the clause it breaks alone and no variant was reported."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--jobs", type=int, default=2, help="at once (default: 2), beside those that only wait")
    parser.add_argument("--only", nargs="*", default=None)
    parser.add_argument("--variants", action="store_true")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--tolerate", type=float, default=0.0, help="share of faults that chance may hide or misname")
    options, passed_on = parser.parse_known_args(arguments)
    breaks = {} if options.variants else {fault.name: fault.breaks for fault in faults().values()}
    names = options.only or (list(variants()) if options.variants else list(breaks))
    run = partial(
        detect_all, jobs=options.jobs, variant=options.variants, arguments=passed_on, to_the_end=options.variants
    )
    # An intermittent mistake may hide behind the luck of one seed: what is wrong must be wrong twice.
    found, doubtful = {}, []
    for detection in run(names):
        found[detection.name] = detection
        if not _as_owed(detection, breaks):
            print(
                f"{detection.name}: {detection.clauses or detection.status}, again later", file=sys.stderr, flush=True
            )
            doubtful.append(detection.name)
    found |= {detection.name: detection for detection in run(doubtful)}
    wrong = [detection for detection in found.values() if not _as_owed(detection, breaks)]
    for detection in wrong:
        owed = breaks.get(detection.name)
        print(f"{detection.name}: status {detection.status}, {detection.clauses}, owed {owed}", flush=True)
    if options.json:
        options.json.write_text(json.dumps([asdict(d) for d in found.values()], indent=1))
    print(f"{len(found) - len(wrong)} of {len(found)} as they should be ({len(doubtful)} were run twice)")
    if breaks:
        print(_share_by_requests(list(found.values())))
    # Chance has no part in a correct service: there every report is a false alarm.
    return 1 if len(wrong) > (options.tolerate * len(found) if breaks else 0) else 0


if __name__ == "__main__":
    sys.exit(main())
