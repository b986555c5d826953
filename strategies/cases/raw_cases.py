"""Raw bodies: texts that are not JSON, and bytes that are not UTF-8."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Final

from contracts.exchange import Case
from strategies.cases.turns import in_proportion
from strategies.encoding import encode
from strategies.surrounding_fields import SurroundingFields, admits, free_object

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract
    from strategies.unique_names import UniqueNames

_CLAUSE: Final = "request.body.json"
_STRUCTURE = re.compile(rb'[{}\[\],:]|"(?:[^"\\]|\\.)*"|[^\s{}\[\],:"]+')
#: Mistake -> template for the text of a valid body: ``<body>`` is the text without its braces, ``<in>`` and ``<out>``
#: enclose a member of a free-form object, in which a lenient service accepts any value. Those that parsers accept most
#: often come first.
_MALFORMED: Final[dict[str, str]] = {
    "NaN": '{<body>,<in>"x":NaN<out>}',
    "a closing brace too many": "{<body>}}",
    "a trailing comma": "{<body>,}",
    "a block comment": "{/* comment */<body>}",
    "a line feed in a text": '{<body>,<in>"x":"a\nb"<out>}',
    "single quotes around a name": "{<in>'x':1<out>,<body>}",
    "a leading zero": '{<body>,<in>"x":01<out>}',
    "an unknown escape": '{<body>,<in>"x":"\\x41"<out>}',
    "a no-break space in front": "\xa0{<body>}",
    "white space only": " \t\r\n",
    "True": '{<body>,<in>"x":True<out>}',
    "words behind it": "{<body>} x",
    "a semicolon for a comma": '{<body>;<in>"x":1<out>}',
    "two documents": "{<body>}{<body>}",
    "a comma missing in an array": '{<body>,<in>"x":[1 2]<out>}',
    "a form feed for white space": "{<body>\x0c}",
    "an equals sign for a colon": '{<body>,<in>"x"=1<out>}',
    "Infinity": '{<body>,<in>"x":Infinity<out>}',
    "a Unicode escape that is too short": '{<body>,<in>"x":"\\u12"<out>}',
    "a leading comma": "{,<body>}",
    "a comma behind it": "{<body>},",
    "two documents on two lines": "{<body>}\n{<body>}",
    "a U+0000 behind it": "{<body>}\x00",
    "a line comment": "{<body>}// comment",
    "an anti-hijacking prefix": ")]}',\n{<body>}",
    "single quotes around a text": "{<body>,<in>\"x\":'y'<out>}",
    "a name without quotes": "{<in>x:1<out>,<body>}",
    "a number as a name": "{<in>1:1<out>,<body>}",
    "a text without quotes": '{<body>,<in>"x":y<out>}',
    "-Infinity": '{<in>"x":-Infinity<out>,<body>}',
    "NULL": '{<in>"x":NULL<out>,<body>}',
    "None": '{<body>,<in>"x":None<out>}',
    "a hexadecimal number": '{<body>,<in>"x":0x10<out>}',
    "a plus sign": '{<body>,<in>"x":+1<out>}',
    "a number that begins with a point": '{<body>,<in>"x":.5<out>}',
    "a number that ends with a point": '{<body>,<in>"x":5.<out>}',
    "an escaped apostrophe": '{<body>,<in>"x":"\\\'"<out>}',
    "a Unicode escape in braces": '{<body>,<in>"x":"\\u{41}"<out>}',
    "a tab in a text": '{<body>,<in>"x":"a\tb"<out>}',
    "a U+0000 in a text": '{<body>,<in>"x":"a\x00b"<out>}',
    "a U+001F in a name": '{<body>,<in>"a\x1fb":1<out>}',
    "a missing colon": '{<body>,<in>"x" 1<out>}',
    "a missing comma": '{<body><in>"x":1<out>}',
    "a missing value": '{<body>,<in>"x":<out>}',
    "an array that is not closed": '{<body>,<in>"x":[1<out>}',
    "a trailing comma in an array": '{<body>,<in>"x":[1,]<out>}',
    "a text that is not closed": '{<body>,<in>"x":"y<out>}',
    "parentheses around it": "({<body>})",
    "a vertical tab for white space": "{\x0b<body>}",
    "a line separator for white space": "{<body>\u2028}",
    "a byte order mark behind it": "{<body>}\ufeff",
    "a comment with a number sign": "{<body># comment\n}",
    "a value left out of an array": '{<body>,<in>"x":[1,,2]<out>}',
    "undefined": '{<body>,<in>"x":undefined<out>}',
    "TRUE": '{<in>"x":TRUE<out>,<body>}',
    "an underscore in a number": '{<body>,<in>"x":1_000<out>}',
    "a suffix behind a number": '{<body>,<in>"x":5n<out>}',
    "a space behind a minus sign": '{<body>,<in>"x":- 1<out>}',
    "a negative number with a leading zero": '{<body>,<in>"x":-01<out>}',
    "an exponent without digits": '{<body>,<in>"x":1e<out>}',
    "two zeros": '{<body>,<in>"x":00<out>}',
    "a Unicode escape that is no hexadecimal": '{<body>,<in>"x":"\\u00zz"<out>}',
    "an escaped zero": '{<body>,<in>"x":"\\0"<out>}',
    "an escaped line feed": '{<body>,<in>"x":"a\\\nb"<out>}',
    "an escaped v": '{<body>,<in>"x":"\\v"<out>}',
    "a text in backticks": '{<body>,<in>"x":`y`<out>}',
    "a semicolon behind it": "{<body>};",
    "an assignment": "x={<body>}",
    "an arrow for a colon": '{<body>,<in>"x"=>1<out>}',
    "a comment with a number sign behind it": "{<body>} # comment",
    "a comma missing between texts": '{<body>,<in>"x":["a" "b"]<out>}',
    "a trailing comma in an object inside": '{<in>"x":{"y":1,}<out>,<body>}',
    "XML": "<project><name>x</name></project>",
}
#: Mistake -> bytes that replace the word SPOILED.
_NOT_UTF8: Final[dict[str, bytes]] = {
    "a byte that never occurs": b"a\xffb",
    "an overlong solidus": b"a\xc0\xafb",
    "Latin-1": "Gr\xf6\xdfe".encode("latin-1"),
    "a continuation byte alone": b"a\x80b",
    "a truncated sequence": b"a\xe2\x82",
    "an overlong U+0000": b"a\xc0\x80b",
    "an overlong solidus of three bytes": b"a\xe0\x80\xafb",
    "an overlong solidus of four bytes": b"a\xf0\x80\x80\xafb",
    "a sequence of five bytes": b"a\xf8\x88\x80\x80\x80b",
    "an overlong letter": b"a\xc1\xa1b",
    "a first byte that never occurs": b"a\xf5\x80\x80\x80b",
    "a sequence truncated by the end of the text": b"ab\xe2\x82",
    "a surrogate pair of three bytes each (CESU-8)": b"a\xed\xa0\xbd\xed\xb8\x80b",
    "a lone surrogate": b"a\xed\xa0\x80b",
    "a code point beyond U+10FFFF": b"a\xf4\x90\x80\x80b",
    "Windows-1252": "10 \u20ac".encode("cp1252"),
    "Shift JIS": "\u6771\u4eac".encode("shift_jis"),
}
_SPOILED: Final = "SPOILED"
#: A member that the page does not list, whose value only the decoder inspects.
_UNLISTED: Final = "note"
#: Encodings that RFC 8259, section 8.1, excludes and that lenient parsers detect.
_OTHER_ENCODINGS: Final = ("utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be")


def malformed_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Texts that are not JSON and must be refused: with one mistake each, and among those truncated ones."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    cases = {"mistake": list(_with_mistakes(surrounding_fields)), "cut": list(_truncated(surrounding_fields))}
    return in_proportion(cases, {"mistake": 3, "cut": 1})


def _truncated(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    """Nothing, bodies that end a little early, and a minimal one cut at each structural point."""
    case_set, required = "wire.malformed", "request.body.required"
    yield Case(b"", case_set=case_set, intent=f"{required} (an empty body)", id="an empty body")
    for identifier, share, less in (("all but one byte", 1, 1), ("all but two bytes", 1, 2), ("half", 2, 0)):
        whole = encode(surrounding_fields.body(context="full"))
        cut = len(whole) // share - less
        intent = f"{_CLAUSE} (cut after {cut} of {len(whole)} bytes)"
        yield Case(whole[:cut], case_set=case_set, intent=intent, id=identifier)
    yield Case(None, case_set=case_set, intent=f"{required} (no body)", id="no body")
    tokens = len(_STRUCTURE.findall(encode(surrounding_fields.body(context="minimal"))))
    for token in range(tokens - 1):
        # Each has its own body, so that no two requests have the same name.
        text = encode(surrounding_fields.body(context="minimal"))
        match = list(_STRUCTURE.finditer(text))[token]
        intent = f"{_CLAUSE} (cut after {match.group().decode()!r})"
        yield Case(text[: match.end()], case_set=case_set, intent=intent, id=f"cut after token {token + 1}")


def _with_mistakes(surrounding_fields: SurroundingFields) -> Iterator[Case]:
    free = free_object(surrounding_fields.contract)
    enclosed = {"<in>": f'"{free.path}":{{', "<out>": "}"} if free else {"<in>": "", "<out>": ""}
    for number, (name, template) in enumerate(_MALFORMED.items()):
        body = surrounding_fields.body(context=("minimal", "full")[number % 2])
        if free and "<in>" in template:
            body = surrounding_fields.marked({key: value for key, value in body.items() if key != free.path})
        spoiled = template.replace("<body>", encode(body)[1:-1].decode())
        for mark, replacement in enclosed.items():
            spoiled = spoiled.replace(mark, replacement)
        yield Case(spoiled.encode(), case_set="wire.malformed", intent=f"{_CLAUSE} ({name})", id=name)


def encoding_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Bytes that are not UTF-8, in texts, in names of members and as the whole body: should be refused."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    free = free_object(contract)
    # Only the bytes are wrong: with the replacements of a lenient decoder the body would be accepted.
    places = [field.path for field in contract.fields if "string" in field.types and admits(field, "\ufffd?")]
    places += ([free.path] * 2 if free else []) + [_UNLISTED]
    cases = []
    for number, (name, data) in enumerate(_NOT_UTF8.items()):
        place = places[number % len(places)]
        value: Any = _SPOILED
        if free and place == free.path:
            value = {_SPOILED: "x"} if number % 2 else {"x": _SPOILED}
        field = None if place == _UNLISTED else contract.field(place)
        text = encode(surrounding_fields.body(field, ("full", "minimal")[number % 2]) | {place: value})
        intent = f"advisory.encoding ({name} in {place})"
        cases.append(Case(text.replace(_SPOILED.encode(), data), case_set="wire.encoding", intent=intent, id=name))
    for encoding in _OTHER_ENCODINGS:
        text = encode(surrounding_fields.body(context="minimal"), "ascii")
        data, intent = text.decode().encode(encoding), f"advisory.encoding ({encoding})"
        cases.append(Case(data, case_set="wire.encoding", intent=intent, id=encoding))
    return cases
