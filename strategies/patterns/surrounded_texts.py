"""Matching texts in wrong surroundings, and encoded or padded forms of texts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from strategies.patterns.characters import PUNCTUATION, among
from strategies.patterns.words import Word, word

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.patterns import Pattern

#: ``{m}`` is a matching text, ``{o}`` another one, ``{w}`` a wrong text.
_ALWAYS: Final = (
    ("{m}\n", "a line break at the end (Python's $ allows it)"),
    ("{m}\r\n", "CR LF at the end"),
    ("{m} ", "a space at the end"),
    ("{m}\u2028", "a line separator at the end"),
    (" {m}", "a space at the start"),
    ("\n{m}", "a line break at the start"),
    ("\ufeff{m}", "a byte order mark at the start (JavaScript trims it)"),
    (" ", "nothing but a space"),
    ("\n", "nothing but a line break"),
    ("\u3000", "nothing but an ideographic space"),
    ("\ufeff", "nothing but a byte order mark"),
    ("\u200b", "nothing but a zero width space"),
    ("{m}  {o}", "two spaces inside"),
    ("7{m}", "a digit at the start"),
)
_IF_WRONG: Final = (
    ("{m}\n{w}", "wrong in its second line only"),
    ("{w}\n{m}", "wrong in its first line only"),
    ("{w}\n{m}\n{w}", "right in its middle line only"),
    ("{m}\n{o}", "two right lines"),
    ("{w}{m}{w}", "right between two wrong ends"),
    ("{m},{o}", "two with a comma"),
    ("{m} {o}", "two with a space"),
    ("{m};{o}", "two with a semicolon"),
    ("<{m}>", "in angle brackets"),
    ("Name <{m}>", "in angle brackets after a name"),
    ('"{m}"', "in quotation marks"),
    ("mailto:{m}", "with a URI scheme"),
)
#: ``{l}`` and ``{r}`` are the parts before and after the first punctuation mark ``{k}`` of a matching text: forms that
#: RFC 5322 allows around an ``@``, and similar ones for other marks.
_IF_PARTED: Final = (
    ('"{l}"{k}{r}', "its first part in quotation marks"),
    ('"{l} {l}"{k}{r}', "its first part in quotation marks, with a space"),
    ("{l}(x){k}{r}", "with a comment"),
    ("{l}{k}[127.0.0.1]", "with an address literal"),
    ("{l}{k}[{r}]", "its last part in brackets"),
    ("{l} {k} {r}", "with spaces around a mark"),
    ("{l}{k}", "with nothing after its first mark"),
    ("{k}{r}", "with nothing before its first mark"),
)
_ENCODINGS: Final = (
    ("%{0:02x}", "percent-encoded"),
    ("&#{0};", "as a character reference"),
    ("\\u{0:04x}", "as a written-out JSON escape"),
)


def surrounded(pattern: Pattern, members: list[str], wrong: str) -> Iterator[Word]:
    """Matching texts with something around them, blank texts, and punctuation of the pattern in encoded form.

    Nothing is assumed about the pattern: texts that still match must be accepted like any others.
    """
    if not members:
        return
    parts = {"m": members[0], "o": members[-1], "w": wrong}
    character = next((char for char in members[0] if not char.isalnum()), None)
    if character is not None:
        parts["k"] = character
        parts["l"], _, parts["r"] = members[0].partition(character)
    for template, about in _ALWAYS:
        yield word(pattern, template.format_map(parts), about)
    for template, about in (*_IF_WRONG, *(_IF_PARTED if character is not None else ())):
        made = word(pattern, template.format_map(parts), about)
        if not made.member:
            yield made
    yield from _encoded(pattern, members[0])


def _encoded(pattern: Pattern, member: str) -> Iterator[Word]:
    characters = [
        char for cls in pattern.automaton.classes if cls.size == 1 and (char := among(PUNCTUATION, cls.ranges))
    ]
    # Punctuation in the text is replaced; punctuation that is not allowed is inserted.
    present = [char for char in characters if char in member] or characters
    for char in present[:2]:
        for encoding, about in _ENCODINGS:
            code = encoding.format(ord(char))
            middle = len(member) // 2
            text = member.replace(char, code, 1) if char in member else member[:middle] + code + member[middle:]
            yield word(pattern, text, f"{char!r} {about}")
