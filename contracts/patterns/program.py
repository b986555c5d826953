"""A pattern's tree as instructions, and the transitions of the alternating automaton that they form.

A state of that automaton is a formula over instructions: a set of alternatives, each a set of literals that must all
hold for the rest of the text. An ordinary pattern needs only alternatives of one literal (the subset construction);
look-ahead adds conjunctions, and negative look-ahead negated literals. Derivatives of such formulas: Brzozowski,
"Derivatives of Regular Expressions", JACM 11(4), 1964; alternating automata: Chandra, Kozen, Stockmeyer, "Alternation",
JACM 28(1), 1981.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from itertools import product
from typing import TYPE_CHECKING, Final, TypeAlias

from contracts.patterns.charsets import charset
from contracts.patterns.pattern_error import PatternTooLargeError
from contracts.patterns.tree import (
    WORD,
    Chars,
    Choice,
    LookAhead,
    Node,
    Repeat,
    Sequence,
    TextEnd,
    TextStart,
    WordBoundary,
)

if TYPE_CHECKING:
    from contracts.patterns.charsets import CharSet

#: ``2 * instruction``, plus 1 if negated.
Literal: TypeAlias = int
Conjunction: TypeAlias = frozenset[Literal]
Formula: TypeAlias = frozenset[Conjunction]

ALWAYS: Final[Formula] = frozenset([frozenset()])
NEVER: Final[Formula] = frozenset()

#: What precedes the current position: nothing, a non-word character, or a word character.
AT_START, AFTER_OTHER, AFTER_WORD = range(3)

_MOST_INSTRUCTIONS: Final = 20_000


@dataclass(frozen=True, slots=True)
class _Char:
    chars: CharSet
    then: int


@dataclass(slots=True)
class _Fork:
    options: list[int]


@dataclass(frozen=True, slots=True)
class _End:
    then: int


@dataclass(frozen=True, slots=True)
class _Start:
    then: int


@dataclass(frozen=True, slots=True)
class _Look:
    body: int
    negated: bool
    then: int


@dataclass(frozen=True, slots=True)
class _Boundary:
    negated: bool
    word: int
    then: int


@dataclass(frozen=True, slots=True)
class _Match:
    pass


_Instruction: TypeAlias = _Char | _Fork | _End | _Start | _Look | _Boundary | _Match


class Program:
    """``RegExp.prototype.test`` for one pattern: a search from every position of the text."""

    def __init__(self, source: str, tree: Node) -> None:
        self._source = source
        self._code: list[_Instruction] = [_Match()]
        self._word = self._add(_Char(WORD, 0))
        self.uses_boundaries = False
        body = self._compile(tree, 0)
        search, options = self._fork([body])
        options.append(self._add(_Char(charset([(0, 0x10FFFF)]), search)))
        self._entry = search
        self._closures: dict[tuple[int, int], Formula] = {}
        self._negations: dict[tuple[int, int], Formula] = {}

    @property
    def initial(self) -> Formula:
        """The formula that a matching text satisfies."""
        return self._closure(self._entry, AT_START)

    def accepts_end(self, state: Formula) -> bool:
        """Whether the empty rest satisfies the formula."""
        return any(
            all(isinstance(self._code[literal >> 1], _End) != bool(literal & 1) for literal in conjunction)
            for conjunction in state
        )

    def step(self, literal: Literal, representative: int, *, word: bool) -> Formula:
        """The formula for the rest, given that the literal holds for the character followed by the rest."""
        instruction = self._code[literal >> 1]
        if not isinstance(instruction, _Char) or not _admits(instruction.chars, representative):
            return ALWAYS if literal & 1 else NEVER
        context = AFTER_WORD if word and self.uses_boundaries else AFTER_OTHER
        rest = self._closure(instruction.then, context)
        if not literal & 1:
            return rest
        key = (instruction.then, context)
        if key not in self._negations:
            self._negations[key] = _negation(rest)
        return self._negations[key]

    # -- from tree to instructions, last part first

    def _add(self, instruction: _Instruction) -> int:
        if len(self._code) >= _MOST_INSTRUCTIONS:
            raise PatternTooLargeError(
                self._source, "a counted repetition too large to write out", None, "Use smaller counts."
            )
        self._code.append(instruction)
        return len(self._code) - 1

    def _fork(self, options: list[int]) -> tuple[int, list[int]]:
        """A fork and its options, which may be extended: the body of a loop is compiled after the loop."""
        return self._add(_Fork(options)), options

    def _compile(self, node: Node, then: int) -> int:
        match node:
            case Chars(chars):
                entry = self._add(_Char(chars, then))
            case Sequence(parts):
                entry = reduce(lambda after, part: self._compile(part, after), reversed(parts), then)
            case Choice(options):
                entry, _ = self._fork([self._compile(option, then) for option in options])
            case Repeat(body, least, most):
                entry = self._compile_repeat(body, least, most, then)
            case TextStart():
                entry = self._add(_Start(then))
            case TextEnd():
                entry = self._add(_End(then))
            case WordBoundary(negated):
                self.uses_boundaries = True
                entry = self._add(_Boundary(negated, self._word, then))
            case LookAhead(body, negated):
                entry = self._add(_Look(self._compile(body, 0), negated, then))
        return entry

    def _compile_repeat(self, body: Node, least: int, most: int | None, then: int) -> int:
        if most is None:
            after, options = self._fork([then])
            options.append(self._compile(body, after))
        else:
            after = then
            for _ in range(most - least):
                after, _ = self._fork([then, self._compile(body, after)])
        for _ in range(least):
            after = self._compile(body, after)
        return after

    # -- from an instruction to the formula over characters still to come

    def _closure(self, entry: int, context: int) -> Formula:
        key = (entry, context)
        if key not in self._closures:
            self._closures[key] = self._unfold(entry, context, frozenset())
        return self._closures[key]

    def _unfold(self, entry: int, context: int, within: frozenset[int]) -> Formula:
        # ``within`` are the assertions being expanded: reaching one again without a character in between
        # adds nothing (the least fixpoint), and an empty pass through a loop never helps a match.
        found: set[Conjunction] = set()
        seen = {entry}
        waiting = [entry]
        while waiting:
            here = waiting.pop()
            instruction = self._code[here]
            match instruction:
                case _Char():
                    found.add(frozenset([here * 2]))
                    follow: list[int] = []
                case _Match():
                    return ALWAYS
                case _Fork(options):
                    follow = options
                case _Start(then):
                    follow = [then] if context == AT_START else []
                case _End() | _Look() | _Boundary():
                    if here not in within:
                        found |= self._assertion(instruction, here, context, within | {here})
                    follow = []
            for other in follow:
                if other not in seen:
                    seen.add(other)
                    waiting.append(other)
        return simplified(found)

    def _assertion(
        self, assertion: _End | _Look | _Boundary, here: int, context: int, within: frozenset[int]
    ) -> Formula:
        match assertion:
            case _End(then):
                condition: Formula = frozenset([frozenset([here * 2])])
            case _Look(body, negated, then):
                condition = self._unfold(body, context, within)
                condition = _negation(condition) if negated else condition
            case _Boundary(negated, word, then):
                ahead: Formula = frozenset([frozenset([word * 2])])
                expects_word = (context == AFTER_WORD) == negated
                condition = ahead if expects_word else _negation(ahead)
        return conjoined([condition, self._unfold(then, context, within)])


def _admits(chars: CharSet, code_point: int) -> bool:
    return any(low <= code_point <= high for low, high in chars)


def conjoined(formulas: list[Formula]) -> Formula:
    """The conjunction of the formulas."""
    if len(formulas) == 1:
        return formulas[0]
    return simplified({frozenset().union(*choice) for choice in product(*formulas)})


def _negation(formula: Formula) -> Formula:
    return conjoined([frozenset(frozenset([literal ^ 1]) for literal in part) for part in formula] or [ALWAYS])


def simplified(conjunctions: set[Conjunction]) -> Formula:
    """The formula without contradictions and without redundant alternatives.

    A normal form for equal formulas keeps the number of states finite.
    """
    if all(len(part) == 1 for part in conjunctions):
        return frozenset(conjunctions)
    kept: list[Conjunction] = []
    for part in sorted(conjunctions, key=len):
        if any(literal ^ 1 in part for literal in part):
            continue
        if not any(other <= part for other in kept):
            kept.append(part)
    return frozenset(kept)
