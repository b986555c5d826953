# ruff: noqa: RUF001  # letters that are taken for others are what some classes are about
"""Classes of texts that software handles wrongly, by name.

All are valid JSON strings that RFC 8259 parsers must preserve code point by code point: U+0000 and lone surrogates are
not included (see ``strategies.cases.unspecified_cases``).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from contracts.patterns import Pattern


@dataclass(frozen=True, slots=True)
class HardText:
    """One representative of a class of texts; ``name`` describes the class.

    ``alone`` means that software treats the class in a special way, so that it is also sent as the only hard value in a
    body; the others are combined.
    """

    name: str
    text: str
    alone: bool = True


@lru_cache(maxsize=64)
def filler(length: int, alphabet: str = "abcdefghijkmnopqrstuvwxyz ABCDEFGH0123456789") -> str:
    """``length`` characters without a period and without white space at either end, so that truncation is noticed."""
    drawn = b"".join(hashlib.sha256(b"%d" % block).digest() for block in range(length // 32 + 1))
    characters = [alphabet[byte % len(alphabet)] for byte in range(256)]
    inside = "".join(map(characters.__getitem__, drawn[:length]))
    return f"x{inside[1:-1]}z" if length > 1 else inside


def _characters(*ranges: tuple[int, int]) -> str:
    return "".join(chr(point) for low, high in ranges for point in range(low, high + 1))


_WHITE_SPACE: Final = {
    "one space": " ",
    "only spaces": "   ",
    "a leading space": " lead",
    "a trailing space": "trail ",
    "spaces at both ends": "  both  ",
    "repeated spaces inside": "a  b   c",
    "a tab inside": "a\tb",
    "a trailing tab": "trail\t",
    "a leading line feed": "\nlead",
    "a trailing line feed": "trail\n",
    "a line feed inside": "a\nb",
    "a carriage return and line feed": "a\r\nb",
    "a lone carriage return": "a\rb",
    "a trailing carriage return and line feed": "trail\r\n",
    "only a line feed": "\n",
    "vertical tab and form feed": "a\x0bb\x0cc",
    "next line U+0085": "a\x85b\x85",
    "line separator U+2028": "a\u2028b\u2028",
    "paragraph separator U+2029": "\u2029a\u2029b",
    "no-break spaces": "\xa0a\xa0b\xa0",
    "ideographic and typographic spaces": "\u3000a\u2003b\u202fc\u3000",
    "the Mongolian vowel separator at both ends": "\u180ea\u180e",
    "rare spaces at both ends": "\u1680\u2008rare\u205f\u2002",
    "zero width space": "\u200ba\u200bb\u200b",
    "joiners and direction marks": "a\u200cb\u200dc\u200e\u200fd",
    "byte order mark inside": "\ufeffa\ufeffb\ufeff",
    "soft hyphen and word joiner": "co\xadop\u2060erate\xad",
}
_PUNCTUATION: Final = {
    "one letter": "a",
    "one digit": "7",
    "quotation marks": 'say "x"',
    "only a quotation mark": '"',
    "a text in quotation marks": '"quoted"',
    "an apostrophe": "O'Brien's",
    "a text in apostrophes": "'quoted'",
    "replacement patterns and short codes": "a$$b $& $1 :smile: (c) -> :)",
    "a backslash": "a\\b",
    "a trailing backslash": "a\\",
    "backslash escapes as text": "a\\nb\\tc\\u0041\\x41",
    "markup": "<b onclick=x>bold<i>",
    "a script": "<script>alert(1)<",
    "character references": "&lt;&amp;&#39;&quot;&nbsp;",
    "an ampersand": "A & B",
    "percent signs": "100% %41%2e%s%d%n%00",
    "plus signs": "a+b+c d",
    "SQL": "x'; DROP TABLE project;--",
    "what firewalls look for": "1 UNION SELECT password FROM users ${jndi:ldap:x}",
    "SQL wildcards": "50%_[a-z]*?",
    "a word of SQL at the start": "Select (specialty) hospital",
    "wildcards before a solidus": "cdn?x/y a*b/c",
    "a word behind a line break": "Width\nMeasure",
    "doubled apostrophes": "''''",
    "template syntax": "{{7*7}}${7*7}#{7*7}<%=7*7%>",
    "shell syntax": "$(id)`id`;|&>x !! ~",
    "format strings": "{0} {} {name!r} %(x)s %1$s",
    "spreadsheet formula": "=1+1|'A1'!",
    "at, hash and question mark": "@all #1? a:b,c;d=e",
    "punctuation": "!\"#$%&'()*+,-:;<=>?@[\\]^_`{|}~",
    "path and URL": "../a//b/./c?d=e#f",
    "dots": ".a..b.",
    "JSON as text": '{"a":[1,null]}',
    "more JSON as text": '{"name":"x","tags":["a","b"],"size":{"w":1,"h":2}}',
    "brackets": "[x](y)<z>",
}
_WORDS: Final = {
    f"the word {word}": word
    for word in (
        *("null", "NULL", "undefined", "None", "true", "false", "NaN", "Infinity", "0", "1", "-0", "-1", "1e2"),
        *("admin", "CON", "Essex", "~", "12:30:45"),
        *("0x1F", "007", "12345678901234567890", "[]", "{}", "[object Object]", "constructor", "__proto__"),
        *(
            "2024-02-30",
            "2024-01-01T00:00:00+01:00",
            "f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
            "on",
            "No",
            "1_000",
            "1,5",
        ),
    )
}
_UNICODE: Final = {
    "mixed case": "MiXeD CaSe",
    "upper case": "UPPER CASE",
    "lower case": "lower case",
    "Turkish i": "İstanbul ıIi",
    "sharp s": "Straße STRASSE ẞ ﬀ",
    "final sigma": "ΟΔΥΣΣΕΥΣ οδυσσευς ς",
    "composed (NFC)": "caf\xe9 \xc5ngstr\xf6m",
    "decomposed (NFD)": "cafe\u0301 A\u030angstro\u0308m",
    "singletons that NFC replaces": "\u212b \u2126 \u212a \u2000",
    "ligatures and compatibility characters": "ﬁ ①²½™ ㍿ ｱ Ⅷ",
    "full-width letters": "Ａｂｃ １２３",
    "look-alikes of dot, solidus and at": "a\uff0eb\u2024c\u3002d\uff0fe\u2044f\u2215g\uff20h\u2026",
    "homographs": "Ρаураl аdmіn",
    "combining marks": "Z\u0351\u036b\u0343a\u0321\u0317\u0316l\u0334\u0338g\u0489o\u0307\u0323",
    "letters that show nothing": "a\u3164b\u2800c\u034fd\uffa0",
    "a leading combining mark": "\u0301x",
    "Latin-1": "Größe façade ÿ þ ¿",
    "Windows-1252": "€ Š “x” ‘y’ – — …",
    "mojibake": "Ã© â‚¬ Ã¼",
    "Greek and Cyrillic": "Ελληνικά проект Ёлка",
    "Hebrew and Arabic": "שלום مرحبا ١٢٣",
    "bidirectional controls": "a\u202eb\u202cc\u2066d\u2069\u061c",
    "Devanagari and Thai": "क्षि नमस्ते กำลัง",
    "Hangul syllables and jamo": "한국 \u1112\u1161\u11ab",
    "CJK": "東京 中文 𠮷野家 \uf900",
    "emoji": "🚀 ok 👍",
    "only an emoji": "😀",
    "emoji sequences": "👩‍👩‍👧 👍🏽 1️⃣ ❤️ 🏴\U000e0067\U000e0062\U000e007f",
    "flags": "🇩🇪🇫🇷",
    "astral letters": "𝒜𝔅 𐐷 \U0001d49c",
    "borders of the planes": "\ud7ff\ue000\uffef\U00010000\U0010ffff",
    "private use": "\ue123 \uf8ff \U000f0000",
    "noncharacters": "a\ufffeb\uffffc\ufdd0d\U0001fffe",
    "replacement character": "a\ufffdb",
    "unassigned": "a\u0378b\U000e0fff",
    "C0 controls": _characters((0x01, 0x08), (0x0E, 0x1F)),
    "terminal escapes": "\x1b[31mred\x1b[0m\x07\x08",
    "delete and C1 controls": f"a\x7fb{_characters((0x80, 0x84), (0x86, 0x9F))}",
    "tags and variation selectors": "a\ufe0fb\U000e0001c\U000e0100",
    "interlinear annotations": "\ufff9a\ufffab\ufffb",
    "printable ASCII": _characters((0x20, 0x2D), (0x30, 0x7E)),
    "printable Latin-1": _characters((0xA1, 0xFF)),
}
_MIXED: Final = {
    "many classes at once": "\xa0 Größe e\u0301 ﬁ K\u212a <script>x&amp;<b> \"q\" 'x' \\n %41 {{7*7}} @ a+b "
    "東京 🚀👩\u200d👧❤\ufe0f \u202eabc\u202c\ufeff \u200b\t\u2028\r\n\ufffe "
    "“q” a\uff0eb $1 MiXeD  '; DROP TABLE project;-- \n",
    "an astral letter, white space of two kinds at both ends": " \u2002both \U0001d49c\u2008 \u205f",
    "a word of SQL, letters that show nothing and a backslash": "Select a\u3164b\u2800c\u034fd\uffa0 ½ or x\\",
}
_LONG: Final = {
    "33 characters": filler(33),
    "51 characters": filler(51),
    "65 characters": filler(65),
    "101 characters": filler(101),
    "129 characters": filler(129),
    "255 characters": filler(255),
    "256 characters": filler(256),
    "257 characters, two bytes each": filler(257, "äöüßéèñçåøæðþ"),
    "130 characters, four bytes each": filler(130, "😀🚀𝒜𝔅𠮷👍🎉"),
    "300 characters with white space in front and behind": f" {filler(298)} ",
    "1,025 characters": filler(1025),
    "5,000 characters": filler(5000),
}

#: Services that refuse or change these do the same with a class that is sent alone.
_IN_COMPANY: Final = frozenset(
    {
        *("one digit", "only a quotation mark", "shell syntax", "format strings", "spreadsheet formula", "brackets"),
        *(
            "at, hash and question mark",
            "SQL wildcards",
            "wildcards before a solidus",
            "a word behind a line break",
            "more JSON as text",
            "doubled apostrophes",
            "an astral letter, white space of two kinds at both ends",
            "a word of SQL, letters that show nothing and a backslash",
            "a trailing carriage return and line feed",
        ),
        *(
            f"the word {word}"
            for word in (
                "~",
                "12:30:45",
                "Infinity",
                "-0",
                "-1",
                "0x1F",
                "12345678901234567890",
                "[object Object]",
            )
        ),
        *(f"the word {word}" for word in ("on", "No", "1_000", "1,5", "1", "None", "2024-02-30")),
        *("mojibake", "Greek and Cyrillic", "Hangul syllables and jamo", "flags", "private use", "unassigned"),
        *("interlinear annotations", "tags and variation selectors", "homographs", "final sigma", "printable Latin-1"),
        *("33 characters", "51 characters", "65 characters", "101 characters", "129 characters", "255 characters"),
    }
)
#: Every class, white space first.
HARD_TEXTS: Final = tuple(
    HardText(name, text, alone=name not in _IN_COMPANY)
    for group in (_WHITE_SPACE, _PUNCTUATION, _WORDS, _UNICODE, _MIXED, _LONG)
    for name, text in group.items()
)
#: Common names of projects.
ORDINARY_NAMES: Final = ("Project alpha", "Beta 2", "Größe 東京", "Q3 (new)", "gamma_delta", "Ops - 24h", "Zoë's plan")


@lru_cache(maxsize=64)
def hard_texts(pattern: str | None) -> tuple[HardText, ...]:
    """The classes that a field with this pattern (None: any text) must accept."""
    if pattern is None:
        return HARD_TEXTS
    compiled = Pattern.compile(pattern)
    return tuple(hard for hard in HARD_TEXTS if compiled.matches(hard.text))
