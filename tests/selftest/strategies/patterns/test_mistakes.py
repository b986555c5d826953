"""Common mistakes with the page's patterns: the words of a default run find each of them."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable
from email.utils import parseaddr
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

import pytest

from contracts.document import load_contract
from contracts.patterns import Pattern
from strategies.patterns import Word, conformance_set, position_and_length_words

Service = Callable[[str], bool]

_PATTERNS: Final = {field.path: field.pattern for field in load_contract().fields if field.pattern}
_SEEDS: Final = (0, 1, 20_260)
_JAVASCRIPT_SPACE: Final = " \t\n\v\f\r\u00a0\u1680\u2000\u2003\u2009\u2028\u2029\u202f\u205f\u3000\ufeff"


def _pattern(path: str) -> Pattern:
    source = _PATTERNS[path]
    assert source is not None
    return Pattern.compile(source)


_NAME: Final = _pattern("displayName")
_EMAIL: Final = _pattern("alertReceiverEmail")


def _ecma(source: str) -> Service:
    return Pattern.compile(source).matches


def _python(source: str, flags: re.RegexFlag = re.NOFLAG) -> Service:
    compiled = re.compile(source, flags)
    return lambda text: compiled.search(text) is not None


def _after(change: Callable[[str], str], pattern: Pattern) -> Service:
    return lambda text: pattern.matches(change(text))


def _also(pattern: Pattern, condition: Service) -> Service:
    return lambda text: pattern.matches(text) and condition(text)


def _general(pattern: Pattern) -> dict[str, Service]:
    """Mistakes that can be made with any pattern."""
    return {
        "checks the first line only": _after(lambda text: re.split("[\n\r]", text)[0], pattern),
        "checks the last line only": _after(lambda text: re.split("[\n\r]", text)[-1], pattern),
        "accepts if any line is right": lambda text: any(map(pattern.matches, text.split("\n"))),
        "lets a trailing line feed through": _after(lambda text: text.removesuffix("\n"), pattern),
        "lets trailing line ends through": _after(lambda text: text.rstrip("\r\n"), pattern),
        "trims before checking": _after(lambda text: text.strip(), pattern),
        "trims as JavaScript does": _after(lambda text: text.strip(_JAVASCRIPT_SPACE), pattern),
        "trims spaces at the start": _after(lambda text: text.lstrip(" "), pattern),
        "strips a byte order mark": _after(lambda text: text.removeprefix("\ufeff"), pattern),
        "checks 32 characters only": lambda text: (
            pattern.matches(text) or (len(text) > 32 and pattern.matches(text[:32]))
        ),
        "checks 64 characters only": lambda text: (
            pattern.matches(text) or (len(text) > 64 and pattern.matches(text[:64]))
        ),
        "checks 255 characters only": lambda text: (
            pattern.matches(text) or (len(text) > 255 and pattern.matches(text[:255]))
        ),
        "checks 4096 characters only": lambda text: (
            pattern.matches(text) or (len(text) > 4096 and pattern.matches(text[:4096]))
        ),
        "does not check the first character": lambda text: pattern.matches(text) or pattern.matches(text[1:]),
        "does not check the last character": lambda text: pattern.matches(text) or pattern.matches(text[:-1]),
        "accepts anything longer than 65536": lambda text: pattern.matches(text) or len(text) > 65_536,
        "accepts anything": lambda _: True,
        "refuses everything": lambda _: False,
        "accepts the empty text": lambda text: not text or pattern.matches(text),
        "keeps the low byte of a character": _after(lambda text: "".join(chr(ord(c) & 0xFF) for c in text), pattern),
        "drops what is not ASCII": _after(lambda text: text.encode("ascii", "ignore").decode(), pattern),
        "normalises before checking (NFKC)": _after(lambda text: unicodedata.normalize("NFKC", text), pattern),
        "decodes percent escapes before checking": _after(unquote, pattern),
        "decodes character references before checking": _after(html.unescape, pattern),
        "limits to 30 characters": _also(pattern, lambda text: len(text) <= 30),
        "limits to 32 characters": _also(pattern, lambda text: len(text) <= 32),
        "limits to 64 characters": _also(pattern, lambda text: len(text) <= 64),
        "limits to 100 characters": _also(pattern, lambda text: len(text) <= 100),
        "limits to 128 characters": _also(pattern, lambda text: len(text) <= 128),
    }


_NAME_MISTAKES: Final = _general(_NAME) | {
    "finds instead of matching": _ecma(r"[^./]+"),
    "does not anchor the end": _ecma(r"^[^./]+"),
    "does not anchor the start": _ecma(r"[^./]+$"),
    "accepts a full stop": _ecma(r"^[^/]+$"),
    "accepts a solidus": _ecma(r"^[^.]+$"),
    "accepts nothing at all": _ecma(r"^[^./]*$"),
    "requires two characters": _ecma(r"^[^./]{2,}$"),
    "refuses the two in a row only": lambda text: bool(text) and "./" not in text,
    "refuses them at the start only": _ecma(r"^[^./][^]*$"),
    "refuses them at either end only": _ecma(r"^[^./](?:[^]*[^./])?$"),
    "matches line by line": _python(r"^[^./]+$", re.MULTILINE),
    "looks ahead in the first line only": _python(r"^(?!.*[./])(?s:.)+$"),
    "refuses line breaks": _ecma(r"^(?!.*[./]).+$"),
    "refuses white space": _ecma(r"^[^./\s]+$"),
    "refuses blank texts": _also(_NAME, lambda text: bool(text.strip())),
    "refuses spaces at the ends": _also(_NAME, lambda text: text == text.strip(" ")),
    "refuses two spaces in a row": _also(_NAME, lambda text: "  " not in text),
    "refuses a reverse solidus": _ecma(r"^[^./\\]+$"),
    "refuses what is not ASCII": _also(_NAME, str.isascii),
    "refuses what is not Latin-1": _also(_NAME, lambda text: max(map(ord, text)) < 0x100),
    "refuses what is not in the BMP": _also(_NAME, lambda text: max(map(ord, text)) < 0x10000),
    "refuses controls": _also(_NAME, lambda text: not any(unicodedata.category(c) == "Cc" for c in text)),
    "refuses DEL": _also(_NAME, lambda text: "\x7f" not in text),
    "refuses formatting characters": _also(_NAME, lambda text: not any(unicodedata.category(c) == "Cf" for c in text)),
    "refuses combining marks": _also(_NAME, lambda text: not any(unicodedata.combining(c) for c in text)),
    "refuses right-to-left letters": _also(
        _NAME, lambda text: not any(unicodedata.bidirectional(c) in {"R", "AL"} for c in text)
    ),
    "refuses private use": _also(_NAME, lambda text: not any(unicodedata.category(c) == "Co" for c in text)),
    "admits word characters and spaces only": _python(r"\A[\w -]+\Z"),
    "refuses quotation marks": _also(_NAME, lambda text: '"' not in text),
    "refuses angle brackets": _also(_NAME, lambda text: "<" not in text),
    "refuses a per cent sign": _also(_NAME, lambda text: "%" not in text),
    "refuses look-alikes of a full stop": _also(_NAME, lambda text: "\uff0e" not in text),
    "refuses a leading digit": _also(_NAME, lambda text: not text[0].isdigit()),
    "limits to 255 characters": _also(_NAME, lambda text: len(text) <= 255),
    "limits to 255 bytes": _also(_NAME, lambda text: len(text.encode()) <= 255),
    "limits to 256 UTF-16 units": _also(_NAME, lambda text: len(text.encode("utf-16-le")) <= 512),
    "limits to 4096 characters": _also(_NAME, lambda text: len(text) <= 4096),
    "limits to 65536 characters": _also(_NAME, lambda text: len(text) <= 65_536),
}

_LOCAL, _LAST, _LABEL, _TLD = r"[A-Za-z0-9_'+\-\.]*", "[A-Za-z0-9_+-]", r"[A-Za-z0-9][A-Za-z0-9\-]*", "[A-Za-z]{2,}"
_LOOKS = r"(?!\.)(?!.*\.\.)"


def _address(
    *, looks: str = _LOOKS, local: str = _LOCAL, last: str = _LAST, label: str = _LABEL, tld: str = _TLD
) -> str:
    return rf"^{looks}({local}){last}@({label}\.)+{tld}$"


_EMAIL_MISTAKES: Final = _general(_EMAIL) | {
    "finds instead of matching": _ecma(_address()[1:-1]),
    "does not anchor the end": _ecma(_address()[:-1]),
    "does not anchor the start": _ecma(_address()[1:]),
    "matches line by line": _python(_address(), re.MULTILINE),
    "ends before a last line feed": _python(_address()),
    "accepts a leading full stop": _ecma(_address(looks=r"(?!.*\.\.)")),
    "accepts two full stops": _ecma(_address(looks=r"(?!\.)")),
    "looks for two full stops at the start only": _ecma(_address(looks=r"(?!\.)(?!\.\.)")),
    "accepts any full stops": _ecma(_address(looks="")),
    "accepts a full stop before the @": _ecma(_address(last="[A-Za-z0-9_+.-]")),
    "accepts an apostrophe before the @": _ecma(_address(last="[A-Za-z0-9_'+-]")),
    "refuses a plus": _ecma(_address(local=r"[A-Za-z0-9_'\-\.]*", last="[A-Za-z0-9_-]")),
    "refuses a plus before the @": _ecma(_address(last="[A-Za-z0-9_-]")),
    "refuses an apostrophe": _ecma(_address(local=r"[A-Za-z0-9_+\-\.]*")),
    "refuses an underscore": _ecma(_address(local=r"[A-Za-z0-9'+\-\.]*", last="[A-Za-z0-9+-]")),
    "refuses a hyphen before the @": _ecma(_address(last="[A-Za-z0-9_+]")),
    "refuses full stops in the local part": _ecma(_address(local=r"[A-Za-z0-9_'+\-]*")),
    "refuses digits in the local part": _ecma(_address(local=r"[A-Za-z_'+\-\.]*", last="[A-Za-z_+-]")),
    "refuses a leading digit": _ecma(_address(looks=_LOOKS + r"(?!\d)")),
    "refuses local parts of one character": _ecma(_address(local=r"[A-Za-z0-9_'+\-\.]+")),
    "refuses upper case": _ecma(_address(local=r"[a-z0-9_'+\-\.]*", last="[a-z0-9_+-]")),
    "refuses upper case in domains": _ecma(_address(label=r"[a-z0-9][a-z0-9\-]*", tld="[a-z]{2,}")),
    "reads +-. as a range": _ecma(_address(local=r"[A-Za-z0-9_'+-\.]*")),
    "reads A-z as letters in the local part": _ecma(_address(local=r"[A-z0-9_'+\-\.]*")),
    "reads A-z as letters in labels": _ecma(_address(label=r"[A-z0-9][A-z0-9\-]*")),
    "reads A-z as letters in the last label": _ecma(_address(tld="[A-z]{2,}")),
    "does not escape the full stop after a label": _ecma(_address().replace(r"*\.)+", "*.)+")),
    "does not escape the full stops looked for": _ecma(_address(looks="(?!.)(?!.*..)")),
    "admits one label before the last only": _ecma(_address().replace(r"\.)+", r"\.)")),
    "admits two labels before the last at most": _ecma(_address().replace(r"\.)+", r"\.){1,2}")),
    "accepts a domain of one label": _ecma(_address().replace(r"\.)+", r"\.)*")),
    "accepts a leading hyphen in a label": _ecma(_address(label=r"[A-Za-z0-9\-]+")),
    "accepts an underscore in a label": _ecma(_address(label=r"[A-Za-z0-9_][A-Za-z0-9_\-]*")),
    "accepts empty labels": _ecma(_address(label=r"[A-Za-z0-9\-]*")),
    "refuses a hyphen in a label": _ecma(_address(label="[A-Za-z0-9]+")),
    "refuses digits in a label": _ecma(_address(label=r"[A-Za-z][A-Za-z\-]*")),
    "refuses labels of one character": _ecma(_address(label=r"[A-Za-z0-9][A-Za-z0-9\-]+")),
    "limits labels to 20 characters": _ecma(_address(label=r"[A-Za-z0-9][A-Za-z0-9\-]{0,19}")),
    "limits the local part to 20 characters": _ecma(_address(local=r"[A-Za-z0-9_'+\-\.]{0,19}")),
    "accepts one letter as the last label": _ecma(_address(tld="[A-Za-z]+")),
    "refuses two letters as the last label": _ecma(_address(tld="[A-Za-z]{3,}")),
    "limits the last label to 3 letters": _ecma(_address(tld="[A-Za-z]{2,3}")),
    "limits the last label to 4 letters": _ecma(_address(tld="[A-Za-z]{2,4}")),
    "limits the last label to 6 letters": _ecma(_address(tld="[A-Za-z]{2,6}")),
    "limits the last label to 18 letters": _ecma(_address(tld="[A-Za-z]{2,18}")),
    "accepts digits in the last label": _ecma(_address(tld="[A-Za-z0-9]{2,}")),
    "accepts a hyphen in the last label": _ecma(_address(tld="[A-Za-z-]{2,}")),
    "accepts a full stop at the end": _ecma(_address()[:-1] + r"\.?$"),
    "accepts two @": _ecma(r"^[^@]+@[^]*$"),
    "matches without case, as Unicode folds": _python(_address()[:-1] + r"\Z", re.IGNORECASE),
    "reads word characters as Unicode does": _python(rf"^{_LOOKS}([\w'+\-\.]*)[\w+-]@({_LABEL}\.)+{_TLD}\Z"),
    "reads letters as Unicode does in labels": _python(
        rf"^{_LOOKS}({_LOCAL}){_LAST}@([^\W_][\w\-]*\.)+[^\W\d_]{{2,}}\Z"
    ),
    "reads digits as Unicode does": _python(rf"^{_LOOKS}([A-Za-z\d_'+\-\.]*)[A-Za-z\d_+-]@({_LABEL}\.)+{_TLD}\Z"),
    "takes the HTML pattern": _python(
        r"\A[a-zA-Z0-9.!#$%&'*+/=?^_`{|}~-]+@[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?"
        r"(?:\.[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?)*\Z"
    ),
    "takes characters without spaces": _python(r"\A\S+@\S+\.\S+\Z"),
    "takes anything with an @ and a full stop": _python(r"\A[^@\s]+@[^@\s]+\.[^@\s]+\Z"),
    "takes anything with an @": lambda text: "@" in text,
    "accepts quoted local parts": lambda text: _EMAIL.matches(re.sub(r'\A"[^"\\]+"@', "a@", text)),
    "accepts comments": lambda text: _EMAIL.matches(re.sub(r"\([^()]*\)", "", text)),
    "accepts address literals": lambda text: _EMAIL.matches(re.sub(r"@\[[\d.]+\]\Z", "@a.aa", text)),
    "accepts a display name": lambda text: _EMAIL.matches(text) or _EMAIL.matches(parseaddr(text)[1]),
    "accepts lists with commas": lambda text: all(map(_EMAIL.matches, text.split(","))),
    "accepts lists with semicolons": lambda text: all(map(_EMAIL.matches, text.split(";"))),
    "accepts a mailto URI": _after(lambda text: text.removeprefix("mailto:"), _EMAIL),
    "removes all white space": _after(lambda text: re.sub(r"\s", "", text), _EMAIL),
    "limits to 254 UTF-8 bytes less five": _also(_EMAIL, lambda text: len(text) <= 249),
}


@lru_cache(maxsize=16)
def _default_words(pattern: Pattern, seed: int) -> list[Word]:
    words = conformance_set(pattern, extra_states=0, seed=seed) + position_and_length_words(pattern, seed=seed)
    return sorted(words, key=lambda word: len(word.text))


def _undisputed(word: Word) -> bool:
    """Whether no reader of RFC 5321 and RFC 1035 would refuse the address for reasons of their own."""
    local, _, domain = word.text.rpartition("@")
    labels = domain.split(".")
    return (
        len(word.text) <= 254
        and len(local) <= 64
        and not any(len(label) > 63 or label.startswith("-") or label.endswith("-") for label in labels)
    )


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("mistake", _NAME_MISTAKES)
def test_a_mistake_with_the_display_name_is_told_apart(mistake: str, seed: int) -> None:
    service = _NAME_MISTAKES[mistake]
    assert any(service(word.text) != word.member for word in _default_words(_NAME, seed))


@pytest.mark.parametrize("seed", _SEEDS)
@pytest.mark.parametrize("mistake", _EMAIL_MISTAKES)
def test_a_mistake_with_the_address_is_told_apart_by_an_undisputed_one(mistake: str, seed: int) -> None:
    service = _EMAIL_MISTAKES[mistake]
    undisputed = (word for word in _default_words(_EMAIL, seed) if not word.member or _undisputed(word))
    assert any(service(word.text) != word.member for word in undisputed)


@pytest.mark.parametrize("pattern", [_NAME, _EMAIL])
@pytest.mark.parametrize("seed", _SEEDS)
def test_every_ascii_character_comes_up(pattern: Pattern, seed: int) -> None:
    seen = set().union(*(word.text for word in _default_words(pattern, seed)))
    assert {chr(code) for code in range(1, 128)} <= seen
    assert "\0" not in seen
    assert not any("\ud800" <= char <= "\udfff" for char in seen)
