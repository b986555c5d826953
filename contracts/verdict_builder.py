"""Derives the verdict from a history."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING, Final

from contracts.checks.whole_run import WholeRunChecks
from contracts.deviations import Deviation, Deviations
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import SENT_BEFORE
from contracts.findings import Finding, Level, Outcome
from contracts.history_records import (
    EndRecord,
    ExercisedRecord,
    FindingRecord,
    HistoryRecord,
    NotExercisedRecord,
    NotToBlameRecord,
    ReattributedRecord,
    RepeatedRecord,
    RunRecord,
    SignatureRecord,
)
from contracts.kinds.bodies import kinds_of_case
from contracts.root_causes.division import divide
from contracts.root_causes.merging import by_deviation, merged
from contracts.root_causes.repeated_projects import UNIQUE, consequences_of_repeats
from contracts.root_causes.root_cause import RootCause, RootCauses, is_about_requests, without_explained
from contracts.root_causes.slow_texts import EXPLODES, SLOW, attribute_slow_responses
from contracts.verdict import ClauseResult, ExitStatus, Verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from contracts.exchange_record import Place

_RECOVERS: Final = "state.recovers"
_KEY: Final = "authorization.required"
#: Statuses of refusals because of the body.
_OF_BODIES: Final = (400, 422)


class VerdictBuilder:
    """Derives a :class:`Verdict` from the records of one or more histories.

    Their order does not matter, except that a run's own record comes before its exchanges.
    """

    def __init__(self, deviations: Deviations | None = None, fail_on: Level = Level.IMPLIED) -> None:
        self._deviations = deviations or Deviations.none()
        self._fail_on = fail_on
        self._results: dict[str, ClauseResult] = {}
        self._root_causes = RootCauses(self._deviations)
        #: The number of requests of each kind that were refused as they must be, by clause, and that were accepted.
        self._refused: dict[str, Counter[str]] = {}
        self._passed: Counter[str] = Counter()
        self._repeated: dict[tuple[str, str], Counter[bool]] = {}
        self._not_to_blame: list[NotToBlameRecord] = []
        self._signatures: dict[tuple[str, int], tuple[tuple[str, ...], tuple[str, ...]]] = {}
        self._services: dict[str, str] = {}
        self._histories: dict[str, WholeRunChecks] = {}
        self._projects: dict[Place, ExchangeRecord] = {}
        self._requests = 0
        self._posts = 0
        self._ends: list[str] = []
        self._at_end: list[tuple[Finding, Finding, ExchangeRecord]] = []
        self._runs = 0

    def observe(self, record: HistoryRecord) -> None:  # noqa: C901  # a line for each type of record
        """Add one record of a history."""
        match record:
            case ExchangeRecord():
                self._on_exchange(record)
            case RunRecord():
                self._on_run(record)
            case SignatureRecord(id=number, positive=positive, negative=negative):
                self._signatures[record.worker, number] = (positive, negative)
            case FindingRecord(finding=finding, exchange=exchange, started=started):
                self._root_causes.add(finding, exchange, started)
            case ReattributedRecord():
                self._on_reattributed(record)
            case NotToBlameRecord():
                self._not_to_blame.append(record)
            case RepeatedRecord():
                self._repeated.setdefault((record.clause, record.cause), Counter())[record.fails] += 1
            case ExercisedRecord(clause=clause, positive=valid, negative=invalid):
                self._results[clause].positive += valid
                self._results[clause].negative += invalid
            case NotExercisedRecord(clause=clause, why=why):
                self._results[clause].reason = why
            case EndRecord(reason=reason):
                self._ends.append(reason)

    def _on_run(self, record: RunRecord) -> None:
        self._runs += 1
        self._services[_folder(record.worker)] = record.target.base_url
        for clause in record.clauses:
            self._results.setdefault(clause.id, ClauseResult(clause))

    def _on_exchange(self, record: ExchangeRecord) -> None:
        self._requests += 1
        signature = record.signature
        if signature is None:
            return
        self._posts += 1
        worker, _ = place = record.place
        positive, negative = self._signatures[worker, signature]
        for clause in positive:
            self._results[clause].positive += 1
        for clause in negative:
            self._results[clause].negative += 1
        if 400 <= record.status < 500:
            for violation in record.violations:
                # The refusal of a body says nothing about the key.
                if violation.clause != _KEY or record.status not in _OF_BODIES:
                    self._refused.setdefault(violation.clause, Counter()).update(violation.kinds)
        for finding in record.findings:
            self._root_causes.add(finding, record)
        self._ends += [f"a check of the suite failed: {crashed}" for crashed in record.crashed]
        project = record.project
        if project is not None:
            is_plain = not record.findings and not record.crashed
            self._projects[place] = record.reduced() if is_plain else record
            history = self._history_of(worker)
            reused = record.why == (SENT_BEFORE,)
            history.observe(project, record.date, record.started, record.elapsed, place, may_repeat=reused)
            history.observe_unasked(record.unasked, place)

    def _history_of(self, worker: str) -> WholeRunChecks:
        """The history checks for the projects of ``worker``: one for each service."""
        folder = _folder(worker)
        return self._histories.setdefault(self._services.get(folder, folder), WholeRunChecks())

    def _on_reattributed(self, record: ReattributedRecord) -> None:
        self._root_causes.remove(record.was, record.exchange)
        if record.finding.clause == _RECOVERS:
            self._at_end.append((record.was, record.finding, record.exchange))
        else:
            self._root_causes.add(record.finding, record.exchange)

    def _judge_end(self) -> None:
        """Add findings that only the end of the run shows; earlier ones are already reported."""
        for was, reattributed, exchange in self._at_end:
            self._root_causes.add(was if self._root_causes.holds(was) else reattributed, exchange)

    def verdict(self, again: Callable[[], Iterable[HistoryRecord]]) -> Verdict:
        """The verdict on all records; call it once.

        Args:
            again: Returns the records again. They are needed if requests without findings matter.
        """
        self._judge_histories()
        self._remove_consequences_of_repeats(again)
        self._judge_end()
        for record in self._not_to_blame:
            self._root_causes.rename_cause(record.clause, record.cause, record.instead)
        self._judge_late_responses(again)
        for clause, why in self._root_causes.drop_consequences().items():
            result = self._results[clause]
            result.unknown, result.reason = True, why
        root_causes = self._merged(self._divided(again))
        failing = [
            cause
            for cause in root_causes
            if cause.known is None and self._results[cause.clause].clause.level.rank <= self._fail_on.rank
        ]
        expired = self._deviations.expired()
        occurred = {cause.known.name for cause in root_causes if cause.known}
        vanished = [entry for entry in self._deviations.vanished(occurred) if self._was_looked_for(entry)]
        complete = bool(self._ends) and len(self._ends) >= self._runs and not any(self._ends)
        status, sentence = self._decide(failing, expired, complete=complete)
        return Verdict(self._results, root_causes, status, sentence, self._requests, complete, expired, vanished)

    def _judge_histories(self) -> None:
        """Add the findings that rest on several exchanges, and count the clauses that these exercised."""
        for history in self._histories.values():
            for seen in history.findings():
                self._root_causes.add(seen.finding, self._projects[seen.place])
            for clause, count in history.exercised():
                if clause in self._results:
                    self._results[clause].positive += count

    def _divided(self, again: Callable[[], Iterable[HistoryRecord]]) -> list[RootCause]:
        """The root causes, divided by the kinds of their cases; their cases are added to the results of the clauses."""
        if any(is_about_requests(cause) for cause in self._root_causes):
            self._passed = _accepted_kinds(again())
        causes = [
            part
            for cause in without_explained(self._root_causes, self._fields_with("required"))
            for part in divide(cause, self._refused, self._passed)
        ]
        for cause in causes:
            repeated = self._repeated.get(cause.finding.key, Counter())
            cause.failed_again, cause.passed_again = repeated[True], repeated[False]
            result = self._results[cause.clause]
            if cause.known is None:
                result.broken += cause.count
            else:
                result.known += cause.count
        return sorted(causes, key=self._severity)

    def _merged(self, causes: list[RootCause]) -> list[RootCause]:
        """The root causes, those of one mistake merged, the most severe first."""
        counts = {name: (result.negative, result.broken) for name, result in self._results.items()}
        new = merged([cause for cause in causes if cause.known is None], counts, self._passed, self._own())
        known = by_deviation(cause for cause in causes if cause.known)
        return sorted([*new, *known], key=self._severity)

    def _remove_consequences_of_repeats(self, again: Callable[[], Iterable[HistoryRecord]]) -> None:
        """Remove the findings of responses that show the project of an earlier request, which is a finding itself."""
        places = {place for history in self._histories.values() for place in history.repeats()}
        if places:
            for finding, record in consequences_of_repeats(again(), places):
                self._root_causes.remove(finding, record)
                result = self._results[finding.clause]
                result.unknown, result.reason = True, f"findings that follow from {UNIQUE}"

    def _judge_late_responses(self, again: Callable[[], Iterable[HistoryRecord]]) -> None:
        """Attribute slow responses to the texts that cause them."""
        if any(cause.clause == SLOW for cause in self._root_causes):
            exploding = [cause for cause in self._root_causes if cause.clause == EXPLODES]
            known = frozenset(cause.finding.where.removeprefix("/") for cause in exploding)
            for record in attribute_slow_responses(again(), sorted(self._fields_with("pattern")), known):
                self._on_reattributed(record)

    def _fields_with(self, aspect: str) -> frozenset[str]:
        """The fields of the request with an attribute, such as ``required`` and ``pattern``."""
        named = (re.fullmatch(rf"request\.([^.]+)\.{aspect}", name) for name in self._results)
        return frozenset(match[1] for match in named if match)

    def _own(self) -> frozenset[str]:
        """The members of the response that are not fields of a request."""
        shown = {name.split(".")[2] for name in self._results if name.startswith("response.201.")}
        return frozenset(shown - {name.split(".")[1] for name in self._results if name.startswith("request.")})

    def _was_looked_for(self, entry: Deviation) -> bool:
        """Whether the run would have shown a deviation: it exercised the clause, or the clause does not exist."""
        results = [self._results[clause] for clause in entry.clauses if clause in self._results]
        looked_for = all(result.outcome not in {None, Outcome.PARTIAL} for result in results)
        return looked_for if results else self._posts > 0

    def _severity(self, cause: RootCause) -> tuple[int, int, int, str]:
        level = self._results[cause.clause].clause.level.rank
        return (cause.known is not None, level, -cause.count, cause.clause)

    def _decide(self, failing: list[RootCause], expired: list[Deviation], *, complete: bool) -> tuple[ExitStatus, str]:
        reasons = "; ".join(dict.fromkeys(filter(None, self._ends)))
        if failing:
            ending = "" if complete else f" The run did not finish: {reasons or 'it was terminated'}."
            return ExitStatus.BROKEN, f"The contract is broken: {_counted(len(failing), 'finding')}.{ending}"
        if not complete:
            return ExitStatus.NO_VERDICT, f"No verdict: {reasons or 'the run was terminated'}."
        if not self._posts:
            return ExitStatus.NO_VERDICT, "No verdict: no request was verified."
        if expired:
            names = ", ".join(deviation.name for deviation in expired)
            return ExitStatus.BROKEN, f"A known deviation has expired: {names}."
        unknown = [result.clause.id for result in self._results.values() if result.unknown]
        if unknown:
            return ExitStatus.NO_VERDICT, f"No verdict on {', '.join(unknown)}; everything else is kept."
        outcomes = Counter(result.outcome for result in self._results.values())
        unsaid = [
            f"{_counted(outcomes[outcome], 'clause')} {'was' if outcomes[outcome] == 1 else 'were'} {how}"
            for outcome, how in ((None, "not exercised"), (Outcome.PARTIAL, "exercised in part"))
            if outcomes[outcome]
        ]
        rest = f" ({', '.join(unsaid)})" if unsaid else ""
        known = sum(cause.count for cause in self._root_causes if cause.known)
        accepted = f" Known deviations occurred {known} times." if known else ""
        return ExitStatus.KEPT, f"The contract is kept: every promise that was exercised held{rest}.{accepted}"


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _folder(worker: str) -> str:
    """The prefix of a worker's name if several runs are read as one; empty for a single run."""
    return worker.rpartition("/")[0]


def build_verdict(records: Iterable[HistoryRecord]) -> Verdict:
    """The verdict on the records of one run."""
    records = list(records)
    builder = VerdictBuilder()
    for record in records:
        builder.observe(record)
    return builder.verdict(lambda: records)


def _accepted_kinds(records: Iterable[HistoryRecord]) -> Counter[str]:
    """Count the kinds of all requests that were answered 2xx."""
    found: Counter[str] = Counter()
    for record in records:
        if isinstance(record, ExchangeRecord) and record.signature is not None and 200 <= record.status < 300:
            found.update(kinds_of_case(record.case))
    return found
