"""Reads history files into a :class:`~reports.summary.Summary`, in one pass and in limited memory."""

from __future__ import annotations

import datetime as dt
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from contracts.checks.quoting import ascii_json
from contracts.deviations import Deviations
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding, Level
from contracts.history_records import (
    CleanupRecord,
    EndRecord,
    FindingRecord,
    HistoryRecord,
    NoteRecord,
    PhaseRecord,
    PublishedRecord,
    RunRecord,
)
from contracts.openapi.document_text import DocumentError
from contracts.published_document import PublishedDocuments
from contracts.verdict_builder import VerdictBuilder
from reports.environment import environment_of
from reports.evidence import LINE, FindingReport
from reports.finding_reports import Repeating, clause_report, finding_report
from reports.related_requests import related_requests
from reports.run_histories import RunHistories
from reports.severity import severity
from reports.summary import Accepted, ClauseRow, Cleanup, Environment, Note, Phase, Summary, missing, state_of
from reports.tally import Tally
from reports.visible import inert

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from contracts.diagnosis import Diagnosis
    from contracts.exchange_record import Place
    from contracts.root_causes.root_cause import RootCause
    from contracts.verdict import Verdict

#: The maximum number of notes of one kind, and of projects left, that are listed; the rest is counted.
_NOTES: Final = 40
_KEPT: Final = 100
#: The maximum number of exchanges for the diagnosis.
_OBSERVED: Final = 20_000


def summarize(places: Sequence[Path], *, deviations: Deviations | None = None, fail_on: Level | None = None) -> Summary:
    """The summary of the histories in ``places``: folders of runs, or history files.

    Several places (shards, machines) become one summary with one verdict. If ``deviations`` is None, the repository's
    own file is used, on the day of the run; if ``fail_on`` is None, the level of the run. Raises FileNotFoundError if a
    place has no history, DeviationError for a bad file of deviations.
    """
    histories = RunHistories(places)
    first = next(histories.records(), None)
    run = first if isinstance(first, RunRecord) else RunRecord()
    if fail_on is None:
        fail_on = Level(str(run.options.get("fail_on") or Level.IMPLIED.value))
    if deviations is None:
        day = None if run.started is None else dt.datetime.fromtimestamp(run.started, tz=dt.UTC).date()
        deviations = Deviations.load(today=day)
    reader = _Reader(VerdictBuilder(deviations, fail_on), fail_on)
    for record in histories.records():
        reader.take(record)
    home = places[0] if places[0].is_dir() else places[0].parent
    return reader.summary(histories, _near(home))


def _near(directory: Path) -> str:
    """The folder for commands: relative if it is below the current one."""
    try:
        return str(directory.resolve().relative_to(Path.cwd()))
    except ValueError:
        return str(directory.resolve())


class _Reader:
    def __init__(self, builder: VerdictBuilder, fail_on: Level) -> None:
        self._builder = builder
        self._fail_on = fail_on
        self._tally = Tally()
        self._runs: list[RunRecord] = []
        self._ended: list[float] = []
        self._began: dict[str, float] = {}
        self._notes: dict[str, list[Note]] = {}
        self._dropped = 0
        self._cleanups: list[Cleanup] = []
        self._places: dict[tuple[str, str], set[str]] = {}
        self._documents = PublishedDocuments()

    def take(self, record: HistoryRecord) -> None:
        """Add one record to the counts and to the verdict."""
        match record:
            case ExchangeRecord():
                self._tally.observe(record)
                self._place(*record.findings)
            case RunRecord():
                self._runs.append(replace(record, clauses=()))
            case FindingRecord():
                self._place(record.finding)
            case PublishedRecord():
                self._documents.add(record)
            case NoteRecord():
                self._note(record)
            case CleanupRecord():
                self._cleanup(record)
            case PhaseRecord():
                name = inert(record.name)
                self._began[name] = min(record.started, self._began.get(name, record.started))
            case EndRecord(ended=ended) if ended:
                self._ended.append(ended)
        self._builder.observe(record)

    def _place(self, *findings: Finding) -> None:
        """Remember the places of findings with one key, two at most: one or several is the question."""
        for finding in findings:
            places = self._places.setdefault(finding.key, set())
            if len(places) < 2:
                places.add(finding.where)

    def _note(self, record: NoteRecord) -> None:
        kind = inert(record.kind)
        if kind == "progress":
            return
        held = self._notes.setdefault(kind, [])
        if len(held) >= _NOTES:
            self._dropped += 1
            return
        data = "" if record.data is None else inert(ascii_json(record.data), 2_000)
        held.append(Note(kind, inert(record.text, 1_000), data))

    def _cleanup(self, record: CleanupRecord) -> None:
        kept = tuple((inert(project.id), inert(project.why)) for project in record.kept)
        self._cleanups.append(Cleanup(record.created, record.deleted, kept[:_KEPT], len(kept), record.may_be_left))

    def summary(self, histories: RunHistories, directory: str) -> Summary:
        """The summary of all records."""
        verdict = self._builder.verdict(histories.records)
        began = [run.started for run in self._runs if run.started is not None]
        started = min(began, default=self._first_request())
        ended = max([started, self._tally.last, *self._ended])
        environment = environment_of(self._runs, started, ended, len(histories.files), directory)
        causes = self._diagnosed(verdict, histories)
        findings = self._findings(verdict, histories, environment, causes)
        findings.sort(key=severity)
        width, timeline = self._tally.timeline()
        return Summary(
            status=verdict.status,
            sentence=inert(verdict.sentence, 2_000),
            complete=verdict.complete,
            environment=environment,
            requests=verdict.requests,
            expected=tuple(sorted(self._tally.expected.items())),
            statuses=tuple(sorted(self._tally.statuses.items())),
            latencies=self._tally.latencies(),
            case_sets=tuple(replace(case_set, name=inert(case_set.name)) for case_set in self._tally.case_sets()),
            bar_seconds=width,
            timeline=timeline,
            phases=tuple(self._phases(environment.ended)),
            clauses=tuple(_rows(verdict, self._fail_on)),
            findings=tuple(f for f in findings if f.known is None and f.clause.level.rank <= self._fail_on.rank),
            advice=tuple(f for f in findings if f.known is None and f.clause.level.rank > self._fail_on.rank),
            known=tuple(f for f in findings if f.known is not None),
            notes=self._all_notes(),
            cleanup=self._all_cleanups(),
            expired=tuple(map(Accepted.of, verdict.expired)),
            vanished=tuple(map(Accepted.of, verdict.vanished)),
            causes=causes,
        )

    def _findings(
        self, verdict: Verdict, histories: RunHistories, environment: Environment, causes: Sequence[Diagnosis]
    ) -> list[FindingReport]:
        likely = {name: diagnosis for diagnosis in causes for name in diagnosis.findings}
        slim = {_place(cause) for cause in verdict.root_causes if cause.exchange and cause.exchange.is_reduced}
        full = histories.exchanges(slim)
        related = related_requests(verdict.root_causes, histories.records())
        options = _repeated(dict(environment.options), environment.target)
        runs = [
            Repeating(_near(folder), environment.target, environment.base_url, options) for folder in histories.folders
        ]
        return [
            finding_report(
                cause,
                verdict.clauses[cause.clause],
                full.get(_place(cause), cause.exchange) if cause.exchange else None,
                runs[histories.folder_number(_place(cause)[0])],
                None if cause.known else likely.get(inert(cause.identifier())),
                self._published(cause),
                related=related.get(_place(cause), ()),
                one_place=len(self._places.get(cause.finding.key, ())) < 2,
            )
            for cause in verdict.root_causes
        ]

    def _published(self, cause: RootCause) -> str:
        """The published document that allows a root cause."""
        first = self._first_run
        contract = str(first.options.get("contract") or "")
        try:
            return self._documents.allowing(cause, first.run_id, contract)
        except Exception as problem:  # noqa: BLE001  # a remark that fails must not cost the report
            self._note(NoteRecord("drift", f"a finding was not compared with the published document: {problem!r}"))
            return ""

    def _diagnosed(self, verdict: Verdict, histories: RunHistories) -> tuple[Diagnosis, ...]:
        """The likely mistakes behind the new findings; without findings nothing is read."""
        failing = [
            cause for cause in verdict.broken if verdict.clauses[cause.clause].clause.level.rank <= self._fail_on.rank
        ]
        if not failing:
            return ()
        from contracts.diagnosis import diagnose, observed  # noqa: PLC0415  # a run without findings needs none of it

        try:
            contract = load_contract(self._first_run.options.get("contract") or str(DEFAULT_DOCUMENT))
        except (LookupError, OSError, DocumentError):
            return ()  # the run was made on another machine, with another document
        try:
            found = diagnose(contract, failing, observed(histories.records(), _OBSERVED))
        except Exception as problem:  # noqa: BLE001  # an explanation that fails must not cost the report
            self._note(NoteRecord("diagnosis", f"the diagnosis failed: {problem!r}"))
            return ()
        return tuple(
            replace(cause, sentence=inert(cause.sentence, LINE), findings=tuple(map(inert, cause.findings)))
            for cause in found
        )

    def _phases(self, ended: float) -> Iterator[Phase]:
        """The phases after the tests; each lasts until the next one begins."""
        began = sorted(self._began.items(), key=lambda item: item[1])
        for number, (name, start) in enumerate(began, 1):
            end = began[number][1] if number < len(began) else ended
            yield Phase(name, max(0.0, start - self._tally.beginning), max(0.0, end - self._tally.beginning))

    @property
    def _first_run(self) -> RunRecord:
        return self._runs[0] if self._runs else RunRecord()

    def _first_request(self) -> float:
        return self._tally.first if math.isfinite(self._tally.first) else 0.0

    def _all_notes(self) -> tuple[Note, ...]:
        notes = [note for kind in sorted(self._notes) for note in self._notes[kind]]
        if self._dropped:
            notes.append(Note("history", f"{self._dropped} more notes are in the history"))
        return tuple(dict.fromkeys(notes))

    def _all_cleanups(self) -> Cleanup | None:
        if not self._cleanups:
            return None
        kept = [pair for cleanup in self._cleanups for pair in cleanup.kept]
        return Cleanup(
            sum(cleanup.created for cleanup in self._cleanups),
            sum(cleanup.deleted for cleanup in self._cleanups),
            tuple(kept[:_KEPT]),
            sum(cleanup.kept_count for cleanup in self._cleanups),
            sum(cleanup.may_be_left for cleanup in self._cleanups),
        )


def _repeated(options: dict[str, str], target: str) -> dict[str, str]:
    """The options for a replay: another contract, and what changes the responses of the mock."""
    if options.get("contract") == str(DEFAULT_DOCUMENT):
        del options["contract"]
    names = ("contract", "fault", "variant") if target == "mock" else ("contract",)
    return {name: options[name] for name in names if name in options}


def _place(cause: RootCause) -> Place:
    return cause.exchange.place if cause.exchange else ("", 0)


def _rows(verdict: Verdict, fail_on: Level) -> Iterator[ClauseRow]:
    for result in verdict.clauses.values():
        yield ClauseRow(
            clause=clause_report(result.clause),
            state=state_of(result.outcome, known=result.known, failing=result.clause.level.rank <= fail_on.rank),
            positive=result.positive,
            negative=result.negative,
            broken=result.broken,
            known=result.known,
            reason=inert(result.reason, 400) or missing(result),
        )
