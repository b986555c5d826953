"""Hypothesis in a run: profiles, seeds, the example database, and the results of its tests."""

from __future__ import annotations

import gc
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, is_hypothesis_test, seed, settings
from hypothesis.errors import Flaky, InvalidArgument
from hypothesis.stateful import run_state_machine_as_test

from contracts.findings import BrokenPromise
from strategies.batches import AVERAGE
from tests.harness.client.target import NoVerdict
from tests.harness.generation.example_database import TestExamples, open_database
from tests.harness.generation.local_constants import ignore_local_constants
from tests.harness.settings.profiles import PROFILES

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from hypothesis.database import ExampleDatabase
    from hypothesis.stateful import RuleBasedStateMachine

    from tests.harness.settings.run_options import RunOptions

#: Hypothesis' own profiles have names such as "default" and "ci".
_PREFIX = "contract-"
#: Hypothesis remembers all examples of a test until it ends: with more than these, a test runs in several rounds.
_ROUND = 400
_HARMLESS = (
    HealthCheck.too_slow,  # would measure the network
    HealthCheck.function_scoped_fixture,  # the fixture is the run's driver, which all examples share
)


def load_profile(options: RunOptions) -> None:
    """Register the suite's profiles with Hypothesis, and load the one of the run.

    ``--hypothesis-profile``, which Hypothesis reads later, overrides it.
    """
    for name, profile in PROFILES.items():
        database = None if profile.deterministic or not options.examples else open_database(options.examples)
        examples = -(-profile.examples // options.shard[1])
        settings.register_profile(
            f"{_PREFIX}{name}",
            max_examples=max(1, -(-examples // AVERAGE)),
            deadline=None,  # the network determines the time of an example
            database=database,
            derandomize=profile.deterministic,
            phases=[phase for phase in Phase if phase is not Phase.explain],
            suppress_health_check=_HARMLESS,
            print_blob=False,
            report_multiple_bugs=True,
        )
    settings.load_profile(f"{_PREFIX}{options.profile}")
    ignore_local_constants()


def prepare_tests(items: Iterable[pytest.Item], options: RunOptions, lost: Callable[[str], None]) -> None:
    """Give the Hypothesis tests of a session their part of the example database, and a length that memory allows.

    Settings that tests over a network need apply in every profile, including Hypothesis' own.
    """
    prepared: set[int] = set()
    for item in items:
        test = getattr(item, "obj", None)
        function = getattr(test, "__func__", test)
        if function is None or not is_hypothesis_test(function) or id(function) in prepared:
            continue
        prepared.add(id(function))
        chosen = _settings()
        if not chosen.derandomize:
            # The seed comes first: it turns the database off, the settings turn it on again.
            seed(options.exploration_seed)(function)
            chosen = settings(database=_part(item.nodeid, lost), max_examples=-(-most_examples() // _rounds()))
        with suppress(InvalidArgument):  # a test with its own settings keeps them
            settings(chosen, deadline=None, suppress_health_check=_HARMLESS)(function)


def explore_machine(
    machine: type[RuleBasedStateMachine],
    sequences: int,
    options: RunOptions,
    test: str,
    lost: Callable[[str], None],
) -> None:
    """Run about ``sequences`` sequences of a state machine."""
    if not _settings().derandomize:
        seed(options.exploration_seed)(machine)
    chosen = settings(max_examples=sequences, stateful_step_count=options.settings.steps, database=_part(test, lost))
    run_state_machine_as_test(machine, settings=chosen)


def in_rounds(test: Callable[..., None], first_seed: int, begin: Callable[[], None]) -> Callable[..., None]:
    """A Hypothesis test that runs as often as its length requires, each time with another seed.

    Args:
        test: The test, prepared by :func:`prepare_tests`; a deterministic one would repeat itself and runs once.
        first_seed: The seed of the first round.
        begin: Called at the beginning of each round.
    """
    rounds = 1 if _settings().derandomize else _rounds()

    def run(**arguments: Any) -> None:
        for number in range(rounds):
            begin()
            if number:
                seed(f"{first_seed} {number}")(getattr(test, "__func__", test))
            try:
                test(**arguments)
            finally:
                gc.collect()  # Hypothesis' data about a test is cyclic

    return run


@contextmanager
def concluded(found: Callable[[], list[str]]) -> Generator[None]:
    """Raise one BrokenPromise with the findings of a Hypothesis test, also if it ended early or did not fail again.

    Args:
        found: Returns the clauses that the test found broken so far.

    Raises:
        NoVerdict: The run ended while Hypothesis repeated an example.
    """
    try:
        yield
    except pytest.skip.Exception:
        if not found():
            raise
    except (Flaky, ExceptionGroup) as problem:
        # The run ended during an example that passed or failed before: the test is not flaky.
        ended = next((inner for inner in _within(problem) if isinstance(inner, NoVerdict)), None)
        if ended is not None:
            raise ended from None
        broken = _broken_in(problem)
        if broken is None:
            raise
        raise BrokenPromise(broken) from None
    if clauses := found():
        raise BrokenPromise(f"{', '.join(clauses)}: found; the run ended before the case could be shrunk")


def most_examples() -> int:
    """The number of examples that Hypothesis generates for a test; during a test, for the current round of it."""
    return int(_settings().max_examples)


def _rounds() -> int:
    return -(-most_examples() // _ROUND)


def _settings() -> Any:
    return settings.default


def _part(test: str, lost: Callable[[str], None]) -> ExampleDatabase | None:
    database = _settings().database
    return TestExamples(database, test, lost) if database is not None else None


def _within(problem: BaseException) -> Iterator[BaseException]:
    """A problem, the members of an exception group, and its cause."""
    yield problem
    causes = problem.exceptions if isinstance(problem, BaseExceptionGroup) else ()
    for inner in (*causes, problem.__cause__ or problem.__context__):
        if inner is not None:
            yield from _within(inner)


def _broken_in(problem: BaseException) -> str | None:
    """The messages of the broken promises in a group, and of promises that were not broken again."""
    if isinstance(problem, BaseExceptionGroup):
        found = [text for inner in problem.exceptions if (text := _broken_in(inner))]
        return "\n".join(dict.fromkeys(found)) or None
    if isinstance(problem, BrokenPromise):
        return str(problem)
    if isinstance(problem, Flaky):
        context = problem.__cause__ or problem.__context__
        inner = _broken_in(context) if context is not None else None
        return inner or "a broken promise that did not occur again; the history has the evidence"
    return None
