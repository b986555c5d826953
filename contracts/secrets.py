"""The API key: inserted into a request when it is sent, and redacted from everything that is written."""

from __future__ import annotations

import base64
import codecs
import itertools
import json
import re
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from contracts.exchange import Case, Exchange, Response

TEMPLATE: Final = "{key}"
#: A shorter key, or one of digits only, may be an ordinary word: finding it in a text proves nothing, and replacing it
#: would damage other texts.
DISTINCTIVE: Final = 8
#: A key that occurs in no text.
_STAND_IN: Final = "sk-NoKeyIsInAHistory0123456789abcdefghijkl"


def _replaced(key: str, index: int) -> str:
    other = "x" if key[index] != "x" else "y"
    return key[:index] + other + key[index + 1 :]


#: Templates of wrong keys derived from the right one, as in a recorded Authorization header.
WRONG_KEYS: Final[dict[str, Callable[[str], str]]] = {
    "{key with its case swapped}": str.swapcase,
    "{key twice}": lambda key: key + key,
    "{key minus its last character}": lambda key: key[:-1],
    "{key with its first character replaced}": lambda key: _replaced(key, 0),
    "{key with its last character replaced}": lambda key: _replaced(key, len(key) - 1),
    "{key with a character in the middle replaced}": lambda key: _replaced(key, len(key) // 2),
    "{key with one more character}": lambda key: key + "x",
    "{first half of the key}": lambda key: key[: len(key) // 2],
    "{key minus its first character}": lambda key: key[1:],
    "{key in lower case}": str.lower,
    "{key in upper case}": str.upper,
    "{key in base64}": lambda key: base64.b64encode(key.encode()).decode(),
}
#: Shorter parts of the key disclose little, and may be ordinary words.
_TELLING: Final = 12
#: What stands between the letters of a key; an array of letters in JSON has the last two.
_BETWEEN_LETTERS: Final = ("\0", " ", "\u200b", "\\u200b", "-", ".", ",", "_", "|", '","', '", "')
_ESCAPE = re.compile("%[0-9A-F]{2}")
#: An escaped printable ASCII character in JSON, URLs, HTML and programming languages.
_ESCAPED = re.compile(
    rb"\\+(?:u00|x)([2-7][0-9a-fA-F])|%(?:25)*([2-7][0-9a-fA-F])|&#[xX]0*([2-7][0-9a-fA-F]);?|&#0*(\d{2,3});?"
)
#: The literal start of each escape, which is faster to search: few texts have any.
_BEGINNINGS: Final = {
    b"\\u00": re.compile(rb"\\u00[2-7]"),
    b"\\x": re.compile(rb"\\x[2-7]"),
    b"%": re.compile(b"%[2-7]"),
    b"&#": re.compile(b"&#"),
}
_TEMPLATES = re.compile("|".join(re.escape(name) for name in [*WRONG_KEYS, TEMPLATE]))


class Secrets:
    """Holds the key, resolves templates and redacts; its repr shows nothing.

    A key that may be an ordinary word (``is_telling`` is false) is neither searched for nor replaced.
    """

    __slots__ = ("_forms", "_key", "_own", "_shortest", "_texts", "is_telling")

    def __init__(self, key: str) -> None:
        self._key = key
        own: dict[bytes, bytes] = {}
        near: dict[bytes, bytes] = {}
        self.is_telling = len(key) >= DISTINCTIVE and not key.isdigit()
        if self.is_telling:
            own = {form: TEMPLATE.encode() for form in _spellings(key)}
            own |= dict.fromkeys(_base64_forms(key), b"{key in base64}")
            own |= _encoded(key)
            # A wrong key that was derived from the right one discloses it.
            for template, make in WRONG_KEYS.items():
                near |= {form: template.encode() for form in _spellings(make(key)) if len(form) >= _TELLING}
            # So does a key without the prefix that says whose it is.
            for part in _without_prefixes(key):
                near |= dict.fromkeys(_spellings(part), b"{end of the key}")
        self._own = tuple(own)
        texts = {}
        if self.is_telling:
            texts = {name: text for name, make in WRONG_KEYS.items() if len(text := make(key)) >= _TELLING}
            texts[TEMPLATE] = key
        # The longest first, because a form may contain another one.
        named = sorted(texts.items(), key=lambda text: -len(text[1]))
        self._texts = [(text, template.encode()) for template, text in named]
        self._forms = sorted({**near, **own}.items(), key=lambda form: -len(form[0]))
        # Most forms contain a shorter one: a text without the shortest ones has none.
        every = [form for form, _ in self._forms]
        self._shortest = [form for form in every if not any(other in form for other in every if other != form)]

    @classmethod
    def absent(cls) -> Secrets:
        """For a history, which contains no key: its templates are resolved with another one."""
        return cls(_STAND_IN)

    def __repr__(self) -> str:
        return "Secrets(...)"

    def resolve(self, value: str) -> str:
        """The header value with templates replaced by the keys."""
        if "{" not in value:
            return value
        return _TEMPLATES.sub(lambda match: self._of(match.group()), value)

    def _of(self, template: str) -> str:
        return self._key if template == TEMPLATE else WRONG_KEYS[template](self._key)

    def is_right(self, value: str) -> bool:
        """Whether a template of a wrong key gives the right one, such as another case for a key without letters."""
        return TEMPLATE not in value and self.resolve(value) == f"Bearer {self._key}"

    def redact(self, data: bytes) -> bytes:
        """``data`` with every form of the key replaced by a template."""
        if _has_any(data, self._shortest):
            for form, template in self._forms:
                data = data.replace(form, template)
        if self._holds_escaped(data, self._shortest):
            for text, template in self._texts:
                data = _pattern(text).sub(template, data)
        return data

    @staticmethod
    def _holds_escaped(data: bytes, forms: Iterable[bytes]) -> bool:
        """Whether a form of the key occurs with some of its characters escaped."""
        if not any(literal in data and beginning.search(data) for literal, beginning in _BEGINNINGS.items()):
            return False
        plain = _ESCAPED.sub(_unescaped, data)
        return _has_any(plain, forms)

    def redact_text(self, text: str) -> str:
        """Like :meth:`redact`, for strings; lone surrogates are kept."""
        if not self._forms:
            return text
        return self.redact(text.encode("utf-8", "surrogatepass")).decode("utf-8", "surrogatepass")

    def redact_response(self, response: Response | None) -> Response | None:
        """The response with the key replaced in its body and headers; the same object if it has no key."""
        if response is None or not self._may_hold_a_form(response):
            return response
        body = self.redact(response.body)
        headers = tuple((self.redact_text(name), self.redact_text(value)) for name, value in response.headers)
        if body == response.body and headers == response.headers:
            return response
        return replace(response, body=body, headers=headers)

    def _may_hold_a_form(self, response: Response) -> bool:
        """Whether a form of the key occurs anywhere: one search in the whole response, which is negative for most."""
        headers = "\n".join(itertools.chain.from_iterable(response.headers))
        whole = headers.encode("utf-8", "surrogatepass") + b"\n" + response.body
        return _has_any(whole, self._shortest) or self._holds_escaped(whole, self._shortest)

    def redact_exchange(self, exchange: Exchange) -> Exchange:
        """The exchange with the key replaced in its response."""
        response = self.redact_response(exchange.response)
        return exchange if response is exchange.response else replace(exchange, response=response)

    def redact_case(self, case: Case) -> Case:
        """The case with the key replaced in its body: no key is stored on a service, or taken for a disclosure later.

        A body contains the key only by chance, such as a key that is a part of the alphabet.
        """
        if not case.body or (body := self.redact(case.body)) == case.body:
            return case
        return case.with_body(body)

    def appears_in(self, data: bytes) -> bool:
        """Whether ``data`` contains the key in any form."""
        return _has_any(data, self._own) or self._holds_escaped(data, self._own)


def _has_any(data: bytes, forms: Iterable[bytes]) -> bool:
    return any(map(data.__contains__, forms))  # a generator expression takes three times as long


def _unescaped(escape: re.Match[bytes]) -> bytes:
    """The character of an escape."""
    digits, decimal = escape[1] or escape[2] or escape[3], escape[4]
    code = int(digits, 16) if digits else int(decimal)
    return bytes([code]) if code < 0x80 else escape[0]


@lru_cache(maxsize=64)
def _pattern(key: str) -> re.Pattern[bytes]:
    """Finds the key with any of its characters escaped. Compiled on demand, because that takes long."""
    return re.compile(b"".join(b"".join(_ways(byte)) for byte in key.encode()))


def _ways(byte: int) -> Iterator[bytes]:
    digits = f"{byte:02x}"
    code = "".join(f"[{digit}{digit.upper()}]" if digit.isalpha() else digit for digit in digits).encode()
    yield rb"(?:\\{0,16}" + re.escape(bytes([byte]))
    yield rb"|\\{1,16}(?:u00|x)" + code
    yield b"|%(?:25)*" + code
    yield b"|&#(?:0*%d|[xX]0*%b);?)" % (byte, code)


def _spellings(key: str) -> set[bytes]:
    """The forms of the key in plain text, in JSON, in a URL, and in messages of Python's exceptions."""
    in_json = json.dumps(key)[1:-1]
    texts = {
        key,
        in_json,
        in_json.replace("/", "\\/"),
        quote(key, safe=""),
        quote(key),
        quote_plus(key),
        repr(key)[1:-1],
    }
    lower = {_ESCAPE.sub(lambda match: match.group().lower(), text) for text in texts}
    return {text.encode() for text in texts | lower}


def _without_prefixes(key: str) -> list[str]:
    """The ends of the key that follow a separator, as far as they disclose much of it."""
    ends = [key[match.end() :] for match in re.finditer("[-_.]", key)]
    return [end for end in ends if len(end) >= max(_TELLING, len(key) // 2)]


def _encoded(key: str) -> dict[bytes, bytes]:
    """Reversible encodings of the key, and what dumps of its bytes look like, each with its replacement."""
    raw = key.encode()
    digits = {separator.join(f"{byte:02x}" for byte in raw) for separator in ("", " ", ":")}
    forms = {
        "{key in hexadecimal}": digits | {text.upper() for text in digits},
        "{key in decimal codes}": {separator.join(map(str, raw)) for separator in (",", ", ", " ")},
        # In UTF-16 a zero byte follows or precedes each character.
        "{key letter by letter}": {separator.join(key) for separator in _BETWEEN_LETTERS},
        "{key in character codes}": {
            " ".join(f"U+{ord(char):04X}" for char in key),
            "".join(f"\\u{{{ord(char):x}}}" for char in key),
        },
        "{key in base85}": {base64.b85encode(raw).decode(), base64.a85encode(raw).decode()},
        "{key in quoted-printable}": {"".join(f"={byte:02X}" for byte in raw)},
        "{key in base32}": {base64.b32encode(raw).decode().rstrip("=")},
        "{key in full-width letters}": {"".join(chr(ord(char) + 0xFEE0) for char in key)},
        "{key in rot13}": {codecs.encode(key, "rot13")},
        "{key reversed}": {key[::-1]},
    }
    twice, wide = base64.b64encode(raw).decode(), "\0".join(key) + "\0"
    return {
        **{text.encode(): name.encode() for name, texts in forms.items() for text in texts},
        **dict.fromkeys(_base64_forms(twice), b"{key in base64 twice}"),
        **dict.fromkeys(_base64_forms(wide), b"{key in base64}"),
    }


def _base64_forms(key: str) -> set[bytes]:
    """The parts of a base64 text that do not depend on the text around the key."""
    forms = set()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        for shift in range(3):
            raw = encode(b"\0" * shift + key.encode())
            start = (0, 2, 3)[shift]
            # The last group depends on the text after the key.
            stable = raw.rstrip(b"=")[start : (shift + len(key.encode())) // 3 * 4]
            if len(stable) >= DISTINCTIVE:
                forms.add(stable)
    return forms
