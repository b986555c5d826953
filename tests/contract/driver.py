"""Drives cases through a session: sends sets, makes Hypothesis explore, explains and reduces what it finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Flaky

from contracts.clauses import catalogue
from contracts.findings import BrokenPromise, Finding, Level, broken_promise
from contracts.targets.allowance import BudgetSpent, OutOfTime
from strategies.essentials import essential_cases
from strategies.names import Names
from tests.contract.example_database import open_database
from tests.contract.explanation import Explainer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hypothesis.strategies import SearchStrategy

    from contracts.exchange import Case, Exchange
    from contracts.targets.run import RunOptions
    from contracts.targets.session import Judged, Session
    from reports.history import HistoryWriter

T = TypeVar("T")

#: Bodies that one Hypothesis example carries at most: they travel together and still shrink to one.
_TOGETHER = 6


class Driver:
    """What the tests of the contract work with.

    Sets are the same for every worker; ``names`` are this worker's own, for what is made up on the way.
    """

    def __init__(self, options: RunOptions, session: Session, history: HistoryWriter, lane: int) -> None:
        self.options = options
        self.profile = options.settings
        self.contract = options.load_contract()
        self.session = session
        self.history = history
        self.names = Names(options.mark, lane)
        self._levels = {clause.id: clause.level for clause in catalogue(self.contract).values()}
        self._claimed: dict[tuple[str, str], object] = {}
        self._explainer = Explainer(session, self.contract, history, self.names)

    # -- sets ---------------------------------------------------------------------------------------------

    def lane(self, number: int) -> Names:
        """Names for set ``number``; the same whichever worker sends it."""
        if not 0 <= number < 1_000:  # the lanes below the workers' own
            raise ValueError(f"expected the number of a set below 1000, got {number}")
        return Names(self.options.mark, number)

    def essentials(self) -> list[Case]:
        """The essential cases of this run, as many as its profile sends."""
        cases = essential_cases(self.contract, self.lane(1), self.options.seed)
        return cases[: self.profile.essentials]

    def remaining(self, cases: Iterable[Case]) -> list[Case]:
        """``cases`` without those that the essentials hold already."""
        sent = {self._without_name(case) for case in self.essentials()}
        return [case for case in cases if self._without_name(case) not in sent]

    def _without_name(self, case: Case) -> tuple[Any, ...]:
        body = self.names._form.sub(b"", case.body) if case.body else case.body
        return (body, case.headers, case.method, case.path)

    def verify(self, cases: Sequence[Case], connections: int | None = None) -> list[Judged]:
        """Send a set, explain what breaks, and raise BrokenPromise where anything new does.

        Of a sharded run only this shard's cases are sent.
        """
        number, of = self.options.shard
        mine = [
            case for index, case in enumerate(cases) if index % of == number - 1 and not self._holds_right_key(case)
        ]
        self.skip_if_exhausted()
        judged = self.session.post_all(mine, connections)
        self.conclude(judged)
        if not judged:
            self.skip_if_exhausted()
        return judged

    def _holds_right_key(self, case: Case) -> bool:
        """Whether a wrong key made from the right one is the right one: without letters it has no other case."""
        return self.session.target.secrets.is_right(case.header("Authorization") or "")

    def conclude(self, judged: Sequence[Judged]) -> None:
        """Explain findings, reduce new ones, and raise BrokenPromise for those."""
        found = self._explainer.explain(judged)
        new: list[Finding] = []
        for answer, finding in found:
            if self.claim(finding, self) is self and self._fails(finding):
                new.append(finding)
                self._explainer.reduce(answer, finding)
        if new:
            lines = [f"{finding.clause}: owed {finding.owed}; came {finding.came}" for finding in new]
            raise BrokenPromise("\n".join(dict.fromkeys(lines)))

    def report(self, finding: Finding, exchange: Exchange | None = None) -> None:
        """Record a finding that rests on more than one exchange; raises BrokenPromise where it is new."""
        self.history.finding(finding, exchange)
        self.raise_new(finding)

    def raise_new(self, finding: Finding) -> None:
        """Raise BrokenPromise for a recorded finding unless it was told before."""
        if self.claim(finding, self) is self and self._fails(finding):
            raise broken_promise(finding)

    def settle(self, answer: Judged, was: Finding, finding: Finding) -> None:
        """Put a recorded finding down to another clause, after further requests have told more."""
        self.history.settled(answer.exchange, was, finding)

    def exercised(self, clause: str, positive: int = 0, negative: int = 0) -> None:
        """Record that cases exercised a clause that no single exchange can show."""
        self.history.record("exercised", clause=clause, positive=positive, negative=negative)

    def claim(self, finding: Finding, owner: object) -> object:
        """The first owner that came for the bucket of ``finding``; one mistake is told once."""
        return self._claimed.setdefault(finding.bucket, owner)

    def _fails(self, finding: Finding) -> bool:
        return self._levels[finding.clause] is not Level.ADVISORY

    def skip_if_exhausted(self) -> None:
        """Skip the test where nothing more may be sent."""
        if self.session.exhausted:
            pytest.skip(self.session.exhausted)

    # -- exploration --------------------------------------------------------------------------------------

    def explore(self, bodies: SearchStrategy[Case], examples: int) -> None:
        """Send about ``examples`` bodies drawn from ``bodies``; Hypothesis shrinks what breaks.

        An intermittent mistake cannot be replayed: its evidence is in the history from the first sight.
        """
        self.explore_with(bodies, examples, lambda cases: self.session.post_all(map(self.names.fill, cases)))

    def explore_with(self, drawn: SearchStrategy[T], examples: int, send: Callable[[list[T]], list[Judged]]) -> None:
        """Like :meth:`explore`, for anything that ``send`` can turn into judged exchanges."""
        self.skip_if_exhausted()
        if examples == 0:
            pytest.skip(f"the profile {self.profile.name} explores nothing at random")
        owner, sent = object(), 0

        def explored(things: list[T]) -> None:
            nonlocal sent
            if self.session.exhausted or (sent >= examples and not self._owns(owner)):
                return
            try:
                judged = send(things)
            except (BudgetSpent, OutOfTime) as end:
                self.session.exhausted = str(end)
                return
            sent += len(judged)
            for _, finding in self._explainer.explain(judged):
                if self.claim(finding, owner) is owner and self._fails(finding):
                    raise broken_promise(finding)

        self._run(given(st.lists(drawn, min_size=1, max_size=_TOGETHER))(explored), examples)

    def _owns(self, owner: object) -> bool:
        return any(holder is owner for holder in self._claimed.values())

    def _run(self, explored: Callable[..., None], examples: int) -> None:
        """Run a property under the settings of the profile."""
        deterministic = self.profile.deterministic
        chosen = settings(
            max_examples=examples,
            deadline=None,  # the network decides how long an example takes
            database=None if deterministic else open_database(self.options.examples),
            derandomize=deterministic,
            phases=[phase for phase in Phase if phase is not Phase.explain],
            suppress_health_check=[
                HealthCheck.too_slow,  # measures the network
                HealthCheck.nested_given,  # a test of pytest makes the property
            ],
            print_blob=False,
            report_multiple_bugs=True,
        )
        test = chosen(explored)
        if not deterministic:
            test = seed(self.options.seed)(test)
        try:
            test()
        except (Flaky, ExceptionGroup) as problem:
            broken = _broken_in(problem)
            if broken is None:
                raise
            raise BrokenPromise(broken) from None

    def close(self) -> None:
        """Nothing is held beyond the session, which the run closes."""


def _broken_in(problem: BaseException) -> str | None:
    """The messages of the broken promises in a group, and of a promise that was not broken again."""
    if isinstance(problem, BaseExceptionGroup):
        found = [text for inner in problem.exceptions if (text := _broken_in(inner))]
        return "\n".join(dict.fromkeys(found)) or None
    if isinstance(problem, BrokenPromise):
        return str(problem)
    if isinstance(problem, Flaky):
        context = problem.__cause__ or problem.__context__
        inner = _broken_in(context) if context is not None else None
        return inner or "a broken promise that did not show again; the history holds the evidence"
    return None
