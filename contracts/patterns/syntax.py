"""The syntax of ECMA-262 regular expressions with the ``u`` flag, parsed to a tree.

Follows the grammar of ECMA-262, "Patterns", with ``[+UnicodeMode]``: no identity escapes but those of syntax
characters, no lone braces or brackets, no quantified look-ahead. JSON Schema reads ``pattern`` in this way (draft
2020-12, 6.4 of Core), and so do its validators.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NoReturn

from contracts.patterns.charsets import MAX_CODE_POINT, charset, complement
from contracts.patterns.pattern_error import PatternError
from contracts.patterns.tree import (
    DIGITS,
    LINE_TERMINATORS,
    SPACE,
    WORD,
    Chars,
    Choice,
    LookAhead,
    Node,
    Parsed,
    Repeat,
    Sequence,
    TextEnd,
    TextStart,
    WordBoundary,
)

if TYPE_CHECKING:
    from contracts.patterns.charsets import CharSet

_CLASS_ESCAPES: Final = {"d": DIGITS, "s": SPACE, "w": WORD}
_CONTROL_ESCAPES: Final = {"t": 0x09, "n": 0x0A, "v": 0x0B, "f": 0x0C, "r": 0x0D}
_SYNTAX_CHARACTERS: Final = frozenset("^$\\.*+?()[]{}|/")
_HEX: Final = frozenset("0123456789abcdefABCDEF")
_HIGH_SURROGATES: Final = range(0xD800, 0xDC00)
_LOW_SURROGATES: Final = range(0xDC00, 0xE000)


def parse(source: str) -> Parsed:
    """Parse a pattern. Raises PatternError if it is not ECMA-262, or not regular."""
    return _Parser(source).parse()


class _Parser:
    def __init__(self, source: str) -> None:
        self.source = source
        self.at = 0
        self.written: dict[CharSet, None] = {}

    def parse(self) -> Parsed:
        tree = self.disjunction()
        if self.at < len(self.source):
            self.fail(f"unmatched {self.peek()!r}", "Escape it, or add its partner.")
        return Parsed(tree, tuple(self.written))

    # -- the scanner

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self, text: str) -> bool:
        if self.source.startswith(text, self.at):
            self.at += len(text)
            return True
        return False

    def fail(self, construct: str, advice: str, offset: int | None = None) -> NoReturn:
        raise PatternError(self.source, construct, self.at if offset is None else offset, advice)

    def write(self, chars: CharSet) -> CharSet:
        self.written[chars] = None
        return chars

    # -- the grammar

    def disjunction(self) -> Node:
        options = [self.alternative()]
        while self.take("|"):
            options.append(self.alternative())
        return options[0] if len(options) == 1 else Choice(tuple(options))

    def alternative(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.term())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def term(self) -> Node:
        start = self.at
        body = self.atom()
        quantifier = self.quantifier()
        if quantifier is None:
            return body
        if isinstance(body, TextStart | TextEnd | WordBoundary | LookAhead):
            self.fail("a repeated assertion", "Repeat what it looks at, or put it into a group.", start)
        return Repeat(body, *quantifier)

    def quantifier(self) -> tuple[int, int | None] | None:
        start = self.at
        bounds: tuple[int, int | None]
        if self.take("*"):
            bounds = (0, None)
        elif self.take("+"):
            bounds = (1, None)
        elif self.take("?"):
            bounds = (0, 1)
        elif self.take("{"):
            least = self.number(start)
            most: int | None = least
            if self.take(","):
                most = None if self.peek() == "}" else self.number(start)
            if not self.take("}"):
                self.fail("an unfinished counted repetition", "Write {n}, {n,} or {n,m}.", start)
            if most is not None and most < least:
                self.fail("a counted repetition out of order", "Write the smaller count first.", start)
            bounds = (least, most)
        else:
            return None
        self.take("?")
        return bounds

    def number(self, start: int) -> int:
        first = self.at
        while self.peek() in tuple("0123456789"):
            self.at += 1
        if first == self.at:
            self.fail("a lone '{'", "Escape it, or write {n}, {n,} or {n,m}.", start)
        return int(self.source[first : self.at])

    def atom(self) -> Node:
        start = self.at
        char = self.peek()
        self.at += 1
        match char:
            case "^":
                atom: Node = TextStart()
            case "$":
                atom = TextEnd()
            case ".":
                self.write(LINE_TERMINATORS)
                atom = Chars(complement(LINE_TERMINATORS))
            case "(":
                atom = self.group(start)
            case "[":
                atom = Chars(self.bracket(start))
            case "\\":
                atom = self.atom_escape(start)
            case "*" | "+" | "?" | "{":
                self.fail(f"nothing to repeat before {char!r}", "Escape it to mean the character.", start)
            case "]" | "}":
                self.fail(f"a lone {char!r}", "Escape it to mean the character.", start)
            case _:
                atom = Chars(self.write(charset([(ord(char), ord(char))])))
        return atom

    def group(self, start: int) -> Node:
        wrap_negated: bool | None = None
        if self.take("?"):
            if self.take("="):
                wrap_negated = False
            elif self.take("!"):
                wrap_negated = True
            elif self.source.startswith(("<=", "<!"), self.at):
                self.fail("look-behind", "It is not supported; say the same with look-ahead or without.", start)
            elif self.take("<"):
                self.group_name(start)
            elif not self.take(":"):
                self.fail("an unknown group '(?" + self.peek() + "'", "Use (?:...), (?=...) or (?!...).", start)
        body = self.disjunction()
        if not self.take(")"):
            self.fail("an unfinished group", "Add ')'.", start)
        # A sequence of one, because the grammar allows an assertion in a group to be repeated.
        return Sequence((body,)) if wrap_negated is None else LookAhead(body, wrap_negated)

    def group_name(self, start: int) -> None:
        end = self.source.find(">", self.at)
        if end < 0 or not self.source[self.at : end].replace("$", "_").isidentifier():
            self.fail("a group without a proper name", "Write (?<name>...).", start)
        self.at = end + 1

    def atom_escape(self, start: int) -> Node:
        char = self.peek()
        if char == "k" or char in tuple("123456789"):
            self.fail(f"back-reference \\{char}", "No automaton can decide it; write out what repeats.", start)
        if self.take("b"):
            return self.boundary(negated=False)
        if self.take("B"):
            return self.boundary(negated=True)
        return Chars(self.write(self.escape(start, in_brackets=False)))

    def boundary(self, *, negated: bool) -> Node:
        for word_range in WORD:
            self.write((word_range,))
        return WordBoundary(negated)

    def bracket(self, start: int) -> CharSet:
        negated = self.take("^")
        ranges: list[tuple[int, int]] = []
        while not self.take("]"):
            item_start = self.at
            low = self.bracket_atom(start)
            if self.peek() == "-" and self.source[self.at + 1 : self.at + 2] not in ("", "]"):
                self.at += 1
                high = self.bracket_atom(start)
                if len(low) != 1 or len(high) != 1 or low[0][0] != low[0][1] or high[0][0] != high[0][1]:
                    self.fail("a range that ends in a class", "Put the '-' last, or escape it.", item_start)
                if low[0][0] > high[0][0]:
                    self.fail("a range out of order", "Write the smaller character first.", item_start)
                low = ((low[0][0], high[0][0]),)
            self.write(low)
            ranges.extend(low)
        chars = charset(ranges)
        return complement(chars) if negated else chars

    def bracket_atom(self, start: int) -> CharSet:
        char = self.peek()
        if not char:
            self.fail("an unfinished '['", "Add ']'.", start)
        self.at += 1
        if char == "\\":
            return self.escape(self.at - 1, in_brackets=True)
        return charset([(ord(char), ord(char))])

    def escape(self, start: int, *, in_brackets: bool) -> CharSet:
        char = self.peek()
        self.at += 1
        if char and char.lower() in _CLASS_ESCAPES:
            chars = _CLASS_ESCAPES[char.lower()]
            if char.lower() == "w":
                for word_range in WORD:
                    self.write((word_range,))
            return chars if char.islower() else complement(chars)
        if char in ("p", "P"):
            self.fail(
                f"Unicode property \\{char}",
                "Its members change with the version of Unicode; write the characters out.",
                start,
            )
        code_point = self.escaped_code_point(char, start, in_brackets=in_brackets)
        return charset([(code_point, code_point)])

    def escaped_code_point(self, char: str, start: int, *, in_brackets: bool) -> int:
        if char in _CONTROL_ESCAPES:
            code_point = _CONTROL_ESCAPES[char]
        elif char == "0" and not self.peek().isdecimal():
            code_point = 0
        elif char == "x":
            code_point = self.hexadecimal(2, start)
        elif char == "u":
            code_point = self.unicode_escape(start)
        elif char == "c" and self.peek().isascii() and self.peek().isalpha():
            self.at += 1
            code_point = ord(self.source[self.at - 1]) % 32
        elif in_brackets and char == "b":
            code_point = 0x08
        elif char and (char in _SYNTAX_CHARACTERS or (in_brackets and char == "-")):
            code_point = ord(char)
        else:
            self.fail(f"an unknown escape \\{char}", "Write the character without the backslash.", start)
        return code_point

    def hexadecimal(self, digits: int, start: int) -> int:
        text = self.source[self.at : self.at + digits]
        if len(text) < digits or not _HEX.issuperset(text):
            self.fail("an unfinished hexadecimal escape", rf"Write \x.. or \u.... with {digits} digits.", start)
        self.at += digits
        return int(text, 16)

    def unicode_escape(self, start: int) -> int:
        if self.take("{"):
            end = self.source.find("}", self.at)
            text = self.source[self.at : max(end, self.at)]
            if not text or not _HEX.issuperset(text) or int(text, 16) > MAX_CODE_POINT:
                self.fail("an impossible code point", r"Write \u{0} to \u{10FFFF}.", start)
            self.at = end + 1
            return int(text, 16)
        first = self.hexadecimal(4, start)
        if first in _HIGH_SURROGATES and self.source.startswith("\\u", self.at):
            after = self.at
            self.at += 2
            if self.peek() != "{":
                second = self.hexadecimal(4, start)
                if second in _LOW_SURROGATES:
                    return 0x10000 + (_HIGH_SURROGATES.index(first) << 10) + _LOW_SURROGATES.index(second)
            self.at = after
        return first
