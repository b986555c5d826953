"""Running a property of Hypothesis under the settings of a run, and what its end says."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import Flaky
from hypothesis.stateful import run_state_machine_as_test

from contracts.findings import BrokenPromise
from tests.harness.example_database import TestExamples, open_database

if TYPE_CHECKING:
    from collections.abc import Callable

    from hypothesis.database import ExampleDatabase
    from hypothesis.stateful import RuleBasedStateMachine

    from tests.harness.run_options import RunOptions


#: Between the seeds of one run's turns: those of shards and of other runs are next to each other.
_APART: Final = 1_000_003


class Enough(KeyboardInterrupt):
    """Ends an exploration at once: enough was sent, or nothing more may be.

    Hypothesis takes any other exception for a failure that it has to shrink or to keep.
    """


def explore_property(
    explored: Callable[..., None],
    examples: int,
    options: RunOptions,
    test: str,
    lost: Callable[[str], None],
    *,
    turn: int = 0,
) -> None:
    """Run a property with about ``examples`` examples, other ones each ``turn``; raises BrokenPromise on a finding."""
    chance = options.exploration_seed + _APART * turn
    seeded = explored if options.settings.deterministic else seed(chance)(explored)
    # The seed comes first: it turns the database off, the settings turn it on again.
    _concluded(_settings(examples, options, test, lost)(seeded))


def explore_machine(
    machine: type[RuleBasedStateMachine],
    sequences: int,
    options: RunOptions,
    test: str,
    lost: Callable[[str], None],
) -> None:
    """Run about ``sequences`` sequences of a state machine; raises BrokenPromise with what it found."""
    chosen = settings(_settings(sequences, options, test, lost), stateful_step_count=options.settings.steps)
    if not options.settings.deterministic:
        seed(options.exploration_seed)(machine)
    _concluded(lambda: run_state_machine_as_test(machine, settings=chosen))


def _settings(examples: int, options: RunOptions, test: str, lost: Callable[[str], None]) -> settings:
    deterministic = options.settings.deterministic
    database: ExampleDatabase | None = None
    if not deterministic and options.examples:
        database = TestExamples(open_database(options.examples), test, lost)
    return settings(
        max_examples=examples,
        deadline=None,  # the network decides how long an example takes
        database=database,
        derandomize=deterministic,
        phases=[phase for phase in Phase if phase is not Phase.explain],
        suppress_health_check=[
            HealthCheck.too_slow,  # measures the network
            HealthCheck.nested_given,  # a test of pytest makes the property
        ],
        print_blob=False,
        report_multiple_bugs=True,
    )


def _concluded(test: Callable[[], Any]) -> None:
    try:
        test()
    except Enough:
        return
    except (Flaky, ExceptionGroup) as problem:
        broken = _broken_in(problem)
        if broken is None:
            raise
        raise BrokenPromise(broken) from None


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
