"""The deterministic case sets of a run by name: the same cases in every process."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Final

from contracts.patterns import Pattern
from strategies.cases.authorization_cases import authorization_cases, authorization_spelling_cases
from strategies.cases.baseline_cases import full_case
from strategies.cases.combination_cases import covering_cases
from strategies.cases.framing_cases import framing_cases, large_cases
from strategies.cases.media_type_cases import media_type_cases
from strategies.cases.packed_cases import PACKED, packed_cases
from strategies.cases.pattern_cases import natural_words, pattern_cases
from strategies.cases.priority_cases import BEFORE_STATE, IN_SMOKE, READ_AT_ONCE, priority_cases
from strategies.cases.raw_cases import encoding_cases, malformed_cases
from strategies.cases.state_cases import overlapping_cases, refused_samples
from strategies.cases.unspecified_cases import unspecified_cases
from strategies.cases.valid_value_cases import valid_cases
from strategies.cases.wrong_value_cases import wrong_in_context_cases, wrong_kind_cases
from strategies.patterns import conformance_set, position_and_length_words
from strategies.unique_names import UniqueNames

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Contract
    from contracts.exchange import Case
    from strategies.patterns import Word


@dataclass(frozen=True, slots=True)
class SetName:
    """A set: its name in :data:`SETS` or :data:`PATTERN_SETS`, and the field of a word set."""

    name: str
    field: str = ""


@dataclass(frozen=True)
class Sets:
    """The sets of one run.

    ``run_id`` is the run's; ``extra_states`` the m of the patterns' conformance sets, ``strength`` the t of the
    covering array.
    """

    contract: Contract
    run_id: str
    seed: int
    extra_states: int = 0
    strength: int = 2

    def make(self, wanted: SetName) -> list[Case]:
        """The cases of one set, without the priority cases; raises KeyError for an unknown name."""
        if wanted.field:
            cases = self._words(wanted)
        else:
            id_range, maker = SETS[wanted.name]
            cases = maker(self, UniqueNames(self.run_id, id_range))
        if wanted.name in _WHOLE:
            return cases
        anonymous = UniqueNames(self.run_id).anonymous
        return [case for case in cases if anonymous(case) not in self._sent_first]

    def _words(self, wanted: SetName) -> list[Case]:
        """A set of words for the pattern of a field; raises ValueError if the field has none."""
        field = self.contract.field(wanted.field)
        if field.pattern is None:
            raise ValueError(f"Expected a field with a pattern, got {wanted.field!r}")
        id_range, case_set, maker = PATTERN_SETS[wanted.name]
        # A range of numbers for each field, so that two sets never use the same name.
        names = UniqueNames(self.run_id, id_range + [field.path for field in self.contract.fields].index(field.path))
        words = maker(self, Pattern.compile(field.pattern))
        return pattern_cases(self.contract, field, words, names, self.seed, case_set=case_set)

    @cached_property
    def first_cases(self) -> list[Case]:
        """The priority cases, of which the first ones are a set of their own, and so are the last ones.

        The smoke profile ends before the last ones, with a valid case: it shows that the service still responds as at
        the start.
        """
        cases = priority_cases(self.contract, UniqueNames(self.run_id, SETS["priority"][0]), self.seed)
        valid = [place for place, case in enumerate(cases[:IN_SMOKE]) if case.case_set == PACKED]
        if valid and valid[-1] >= READ_AT_ONCE:
            cases.insert(IN_SMOKE - 1, cases.pop(valid[-1]))
        return cases

    @cached_property
    def _sent_first(self) -> frozenset[bytes]:
        anonymous = UniqueNames(self.run_id).anonymous
        return frozenset(anonymous(case) for case in self.first_cases)

    def read_back(self, names: UniqueNames) -> list[Case]:
        """Valid cases whose projects are read afterwards: an ordinary one, then some with many hard values each."""
        return [full_case(self.contract, names), *packed_cases(self.contract, names, self.seed)]


def _of(cases: Callable[[Contract, UniqueNames, int], list[Case]]) -> Callable[[Sets, UniqueNames], list[Case]]:
    return lambda sets, names: cases(sets.contract, names, sets.seed)


def _overlap(round_: int) -> Callable[[Sets, UniqueNames], list[Case]]:
    return lambda sets, names: overlapping_cases(sets.contract, names, sets.seed + round_)


#: The number of rounds of concurrent requests.
OVERLAPS: Final = ("overlap, first round", "overlap, second round", "overlap, third round")

#: The first number of the set's names (below those of workers), and the function that generates it.
SETS: Final[dict[str, tuple[int, Callable[[Sets, UniqueNames], list[Case]]]]] = {
    # They are parts of one list, which is generated once; the project that is read is not the newest.
    "first": (1, lambda sets, _: sets.first_cases[:READ_AT_ONCE]),
    "priority": (1, lambda sets, _: sets.first_cases[READ_AT_ONCE:IN_SMOKE]),
    "further priority": (1, lambda sets, _: sets.first_cases[IN_SMOKE:BEFORE_STATE]),
    "late priority": (1, lambda sets, _: sets.first_cases[BEFORE_STATE:]),
    "wrong kinds": (30, _of(wrong_kind_cases)),
    "wrong in context": (31, _of(wrong_in_context_cases)),
    "valid values": (40, _of(valid_cases)),
    "combinations": (50, lambda sets, names: covering_cases(sets.contract, names, sets.seed, strength=sets.strength)),
    "authorization": (60, _of(authorization_cases)),
    "malformed": (61, _of(malformed_cases)),
    "encodings": (62, _of(encoding_cases)),
    "media types": (63, _of(media_type_cases)),
    "unspecified": (64, _of(unspecified_cases)),
    "framing": (66, _of(framing_cases)),
    "large bodies": (67, _of(large_cases)),
    "authorization spellings": (65, _of(authorization_spelling_cases)),
    "read back": (70, Sets.read_back),
    "refused samples": (71, _of(refused_samples)),
    **{name: (80 + round_, _overlap(round_)) for round_, name in enumerate(OVERLAPS)},
}
#: The first number of the set's names (a range for each field), its name, and the function that generates its words.
PATTERN_SETS: Final[dict[str, tuple[int, str, Callable[[Sets, Pattern], list[Word]]]]] = {
    "natural words": (100, "natural", lambda _, pattern: natural_words(pattern)),
    "conformance": (
        200,
        "conformance",
        lambda sets, pattern: conformance_set(pattern, extra_states=sets.extra_states, seed=sets.seed),
    ),
    "positions": (300, "positions", lambda sets, pattern: position_and_length_words(pattern, seed=sets.seed)),
}
#: Sets of requests most of which must be refused; the others are not sent where nothing can be deleted.
OF_REFUSALS: Final = frozenset(
    {"late priority", "wrong kinds", "wrong in context", "authorization", "malformed", "media types", *PATTERN_SETS}
)
#: Sets that are sent completely, including cases that were priority cases.
_WHOLE: Final = frozenset(
    {
        "first",
        "priority",
        "further priority",
        "late priority",
        "combinations",
        "read back",
        "refused samples",
        *OVERLAPS,
    }
)
