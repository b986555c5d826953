"""Sends the cases of the tests, triages findings, and shrinks their cases."""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

import pytest

from contracts.clauses import catalogue
from contracts.exchange_record import ExchangeRecord
from contracts.expectation import Expected
from contracts.findings import BrokenPromise, Finding, Level, broken_promise
from contracts.history_records import ExercisedRecord, NoteRecord
from strategies.cases.case_sets import OF_REFUSALS
from strategies.unique_names import UniqueNames
from tests.harness.client.budget import BudgetSpent, OutOfTime
from tests.harness.creation_limit import CreationLimit
from tests.harness.generation.exploration import concluded, explore_machine, most_examples
from tests.harness.triage.triage import Triage

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from hypothesis.stateful import RuleBasedStateMachine

    from contracts.exchange import Case, Exchange
    from reports.history import HistoryWriter
    from tests.harness.client.judged import Judged
    from tests.harness.client.session import Session
    from tests.harness.creation_limit import Limit
    from tests.harness.settings.run_options import RunOptions

T = TypeVar("T")
R = TypeVar("R")

#: The first id range for names that tests generate; those of sets and workers are below.
_RANGES_OF_TESTS = 10_000
#: The number of cases after which findings are triaged, where the rest of a set must not use up the budget.
_PORTION: Final = 8
#: The maximum number of requests with which Hypothesis shrinks the findings of one test.
_SHRINKING = 100


class Driver:
    """The interface for the tests of the contract.

    Sets are the same for every worker; ``names`` are this test's own, for generated requests.
    """

    def __init__(self, options: RunOptions, session: Session, history: HistoryWriter, id_range: int) -> None:
        self.options = options
        self.profile = options.settings
        self.contract = options.load_contract()
        self.session = session
        self.history = history
        self.names = UniqueNames(options.run_id, id_range)
        self.test = ""
        #: Whether a project was ever missing when it was read, after some time to appear.
        self.reads_lag = False
        self._levels = {clause.id: clause.level for clause in catalogue(self.contract).values()}
        self._deviations = options.load_deviations()
        self._claimed: dict[tuple[str, str], object] = {}
        #: Of the current test: examples so far, remaining requests for shrinking, and the findings of the examples.
        self._examples, self._left_for_shrinking = 0, _SHRINKING
        self._failed: dict[tuple[bytes, ...], Finding] = {}
        #: What is raised at the end of the test; None if it is raised at once.
        self._postponed: list[BrokenPromise] | None = None
        self._triage = Triage(session, self.contract, history, self.names, options.budget)
        self.creation_limit = CreationLimit(self)
        session.may_create = self.creation_limit.allows

    def begin(self, test: str, number: int) -> None:
        """Set the current test and its place in the run; its names do not depend on the worker."""
        self.test = test
        self.names = UniqueNames(self.options.run_id, _RANGES_OF_TESTS + number)
        self._left_for_shrinking = _SHRINKING
        self._failed.clear()
        self.creation_limit.begin_test()
        self.begin_round()

    def begin_round(self) -> None:
        """Begin to count the examples of a Hypothesis test: those above the maximum are attempts to shrink."""
        self._examples = 0

    # -- sets ---------------------------------------------------------------------------------------------

    def id_range(self, number: int) -> UniqueNames:
        """The names of set ``number``, the same in every worker."""
        if not 0 <= number < 1_000:  # the id ranges below the workers' own
            raise ValueError(f"expected the number of a set below 1000, got {number}")
        return UniqueNames(self.options.run_id, number)

    def my_shard(self, units: Iterable[T]) -> list[T]:
        """This shard's part of a set; the whole set for a single shard."""
        number, of = self.options.shard
        return [unit for index, unit in enumerate(units) if index % of == number - 1]

    def verify(self, cases: Iterable[Case], connections: int | None = None) -> list[Judged]:
        """Send this shard's part of a set; see :meth:`send`."""
        return self.send(self.my_shard(cases), connections)

    def verify_in_portions(self, cases: Iterable[Case]) -> list[Judged]:
        """Like :meth:`verify`, but with triage after each few cases, while a small budget still has requests for it."""
        mine = self.my_shard(cases)
        answers: list[Judged] = []
        with self.to_the_end():
            for start in range(0, len(mine), _PORTION):
                answers += self.send(mine[start : start + _PORTION])
                if self.session.exhausted:
                    break
        return answers

    def send(self, cases: Iterable[Case], connections: int | None = None) -> list[Judged]:
        """Send cases, triage findings, and raise BrokenPromise for new ones."""
        self.skip_if_exhausted()
        judged = self.session.post_all(filter(self.may_be_sent, cases), connections)
        self.conclude(judged)
        if not judged:
            self.skip_if_exhausted()
        return judged

    def may_be_sent(self, case: Case) -> bool:
        """Whether the case has its intended meaning, and its project could be found again."""
        if not self.session.can_find(case) and self.session.judge.expect(case).expected is not Expected.REJECTED:
            return False
        return not self._holds_right_key(case)

    def _holds_right_key(self, case: Case) -> bool:
        """Whether a wrong key derived from the right one equals it, such as another case for a key without letters."""
        return self.session.target.secrets.is_right(case.header("Authorization") or "")

    def conclude(self, judged: Sequence[Judged]) -> None:
        """Attribute findings, shrink the cases of new ones, and raise BrokenPromise for those.

        Requests that were refused, or failed, for another valid field are sent again without it.
        """
        new: list[Finding] = []
        while judged:
            for answer, finding in self._triage.attribute(judged):
                if self._is_new(finding, answer.exchange, self):
                    new.append(finding)
                    self._triage.shrink(answer, finding)
            judged = self.session.post_all(filter(self.may_be_sent, self._triage.masked(judged)))
        if new:
            lines = [f"{finding.clause}: expected {finding.expected}; received {finding.received}" for finding in new]
            self._raise(BrokenPromise("\n".join(dict.fromkeys(lines))))

    def report(self, finding: Finding, exchange: Exchange | None = None) -> None:
        """Record a finding that rests on several exchanges; raises BrokenPromise if it is new."""
        self.history.finding(finding, exchange)
        if self._is_new(finding, exchange, self):
            self._raise(broken_promise(finding))

    def for_each(self, answers: Iterable[Judged], ask: Callable[[Judged], T]) -> list[tuple[Judged, T]]:
        """Each exchange with the result of a function that sends requests about it; some are missing without budget."""

        def asked(answer: Judged) -> tuple[Judged, T]:
            return answer, ask(answer)

        return self.session.at_once([partial(asked, answer) for answer in answers])

    def report_each(self, answers: Iterable[Judged], ask: Callable[[Judged], Finding | None]) -> list[Judged]:
        """Report what a function that sends requests finds about each exchange; return the exchanges with a finding."""
        found = [(answer, finding) for answer, finding in self.for_each(answers, ask) if finding is not None]
        for answer, finding in found:
            self.report(finding, answer.exchange)
        return [answer for answer, _ in found]

    @contextmanager
    def to_the_end(self) -> Iterator[None]:
        """Run a test to its end, and raise BrokenPromise then: a finding must not hide what later steps show."""
        self._postponed = []
        try:
            yield
        except (BudgetSpent, OutOfTime, pytest.skip.Exception) as end:
            if not isinstance(end, pytest.skip.Exception):
                self.session.exhausted = str(end)
            if not self._postponed:
                raise
        finally:
            postponed, self._postponed = self._postponed, None
        if postponed:
            raise postponed[0] if len(postponed) == 1 else BrokenPromise("\n".join(map(str, postponed)))

    def _raise(self, broken: BrokenPromise) -> None:
        """Raise BrokenPromise, at once or at the end of the test."""
        if self._postponed is None:
            raise broken
        self._postponed.append(broken)

    def reattribute(self, answer: Judged, was: Finding, finding: Finding) -> None:
        """Record that a finding was reattributed after further requests."""
        self.history.reattributed(answer.exchange, was, finding)

    def exercised(self, clause: str, positive: int = 0, negative: int = 0) -> None:
        """Record that cases exercised a clause that no single exchange can show."""
        self.history.record(ExercisedRecord(clause, positive, negative))

    def _is_new(self, finding: Finding, exchange: Exchange | None, owner: object) -> bool:
        """Whether a finding fails the run and ``owner`` was the first with its root cause.

        A root cause is reported once. A known deviation is not reported, so that it does not hide a new one.
        """
        if self._levels[finding.clause] is Level.ADVISORY:
            return False
        if self._deviations.match(finding, ExchangeRecord.of(exchange) if exchange else None) is not None:
            return False
        return self._claimed.setdefault(finding.key, owner) == owner

    def skip_if_exhausted(self) -> None:
        """Skip the test if nothing more may be sent, or if no verdict is possible."""
        reason = self.session.exhausted or self.session.retry_policy.stopped
        if reason:
            pytest.skip(reason)

    def create_no_more(self, sets: Collection[str], limit: Limit) -> None:
        """Send only the cases that must be refused from now on; skip the test if it has others."""
        self.creation_limit.reach(limit)
        if not sets or not OF_REFUSALS.issuperset(sets):
            pytest.skip(str(limit))

    # -- exploration --------------------------------------------------------------------------------------

    def check(self, bodies: Sequence[Case]) -> None:
        """Send the bodies of one example of a Hypothesis test; raises BrokenPromise for the first new finding.

        An intermittent failure cannot be reproduced: its evidence is in the history from its first occurrence.
        Shrinking sends a limited number of requests.
        """
        self._examples += 1
        key = tuple(map(self.names.anonymous, bodies))
        is_shrinking = self._examples > most_examples()
        if not is_shrinking or self._left_for_shrinking > 0:
            self._left_for_shrinking -= len(bodies) if is_shrinking else 0
            finding = self._new_finding(bodies)
            if finding is None:  # nothing is kept of the many that pass
                self._failed.pop(key, None)
            else:
                self._failed[key] = finding
        # Unsent bodies pass, and bodies that failed before fail again: the smallest case so far remains.
        if key in self._failed:
            raise broken_promise(self._failed[key])

    def _new_finding(self, bodies: Sequence[Case]) -> Finding | None:
        filled = [self.names.fill(body) for body in bodies if not self._holds_right_key(body)]
        judged = self.attempt(lambda: self.session.post_all(filter(self.session.can_find, filled)))
        found = self._triage.attribute(judged)
        return next((finding for answer, finding in found if self._is_new(finding, answer.exchange, self.test)), None)

    def explore_sequences(self, machine: type[RuleBasedStateMachine], owner: object) -> None:
        """Run the sequences of the profile; the machine sends requests and reports with :meth:`raise_first`."""
        if self.profile.sequences == 0:
            pytest.skip(f"the profile {self.profile.name} runs no sequences")
        sequences = -(-self.profile.sequences // self.options.shard[1])
        with concluded(lambda: self.found_by(owner)):
            explore_machine(machine, sequences, self.options, self.test, self.remark)

    def attempt(self, send: Callable[[], R]) -> R:
        """The result of ``send``; skips the rest of the test if nothing more may be sent."""
        if not self.session.exhausted:
            try:
                return send()
            except (BudgetSpent, OutOfTime) as end:
                self.session.exhausted = str(end)
        pytest.skip(self.session.exhausted)

    def raise_first(self, judged: Sequence[Judged], owner: object) -> None:
        """Raise BrokenPromise for the first finding of an exploration that is new to ``owner``."""
        for answer, finding in self._triage.attribute(judged):
            self.raise_finding(finding, answer.exchange, owner)

    def raise_finding(self, finding: Finding, exchange: Exchange, owner: object | None = None) -> None:
        """Raise BrokenPromise at once for a recorded finding, if it is new to ``owner`` or else to the fixed sets."""
        if self._is_new(finding, exchange, self if owner is None else owner):
            raise broken_promise(finding)

    def remark(self, text: str) -> None:
        """Write a note about the run itself to the history."""
        self.history.record(NoteRecord("suite", text))

    def found_by(self, owner: object) -> list[str]:
        """The clauses that ``owner`` was the first to find broken."""
        return [clause for (clause, _), holder in self._claimed.items() if holder == owner]
