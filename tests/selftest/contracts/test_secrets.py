"""The key is redacted in every form, and nothing else is."""

from __future__ import annotations

import base64
import codecs
import html
import json
from urllib.parse import quote

import pytest

from contracts.exchange import Case
from contracts.secrets import WRONG_KEYS, Secrets

KEY = "sk-Zx9/Qm+7LpVb3NcR5tYw"
SECRETS = Secrets(KEY)
SPELLINGS = {
    "plain": KEY,
    "JSON escapes": "".join(f"\\u{ord(char):04x}" for char in KEY),
    "one JSON escape": KEY.replace("Z", "\\u005A"),
    "JSON in JSON": json.dumps(json.dumps(KEY.replace("Q", "\u0051"))),
    "escapes of JSON in JSON": KEY.replace("Q", "\\\\u0051"),
    "percent": quote(KEY, safe=""),
    "percent for one letter": KEY.replace("m", "%6d"),
    "percent, twice": KEY.replace("/", "%252f"),
    "every letter in percent": "".join(f"%{ord(char):02X}" for char in KEY),
    "HTML": KEY.replace("/", "&#x2F;").replace("9", "&#57;"),
    "a string of a programming language": KEY.replace("V", "\\x56"),
    "escapes of JSON in JSON in JSON": KEY.replace("Q", "\\\\\\\\u0051").replace("/", "\\/"),
    "of all kinds": KEY.replace("V", "\\x56").replace("m", "%6D").replace("7", "&#055;").replace("R", "\\u0052"),
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_the_key_is_found_and_replaced(name: str) -> None:
    data = f'{{"message":"no user has {SPELLINGS[name]} here"}}'.encode()
    assert SECRETS.appears_in(data)
    redacted = SECRETS.redact(data)
    assert b"{key}" in redacted
    assert not SECRETS.appears_in(redacted)
    assert b"no user has " in redacted
    assert b" here" in redacted


@pytest.mark.parametrize(
    ("encoded", "name"),
    [
        (KEY.encode().hex(), "{key in hexadecimal}"),
        (KEY.encode().hex().upper(), "{key in hexadecimal}"),
        (KEY.encode().hex(" "), "{key in hexadecimal}"),
        (KEY.encode().hex(":").upper(), "{key in hexadecimal}"),
        (str(list(KEY.encode())), "{key in decimal codes}"),
        (KEY.encode("utf-16-be").decode("latin-1"), "{key letter by letter}"),
        ("\u200b".join(KEY), "{key letter by letter}"),
        (json.dumps("\u200b".join(KEY))[1:-1], "{key letter by letter}"),
        (" ".join(KEY), "{key letter by letter}"),
        ("-".join(KEY), "{key letter by letter}"),
        (json.dumps(list(KEY))[2:-2], "{key letter by letter}"),
        (" ".join(str(byte) for byte in KEY.encode()), "{key in decimal codes}"),
        (" ".join(f"U+{ord(char):04X}" for char in KEY), "{key in character codes}"),
        ("".join(f"\\u{{{ord(char):x}}}" for char in KEY), "{key in character codes}"),
        (base64.b85encode(KEY.encode()).decode(), "{key in base85}"),
        (base64.a85encode(KEY.encode()).decode(), "{key in base85}"),
        ("".join(f"={ord(char):02X}" for char in KEY), "{key in quoted-printable}"),
        (base64.b32encode(KEY.encode()).decode(), "{key in base32}"),
        ("".join(chr(ord(char) + 0xFEE0) for char in KEY), "{key in full-width letters}"),
        (codecs.encode(KEY, "rot13"), "{key in rot13}"),
        (base64.b64encode(KEY.encode("utf-16")).decode(), "{key in base64}"),
        (KEY[::-1], "{key reversed}"),
        (base64.b64encode(base64.b64encode(KEY.encode())).decode(), "{key in base64 twice}"),
    ],
)
def test_the_key_is_found_and_replaced_where_it_is_encoded(encoded: str, name: str) -> None:
    data = f'{{"debug":"{encoded}"}}'.encode()
    assert SECRETS.appears_in(data)
    assert name.encode() in (redacted := SECRETS.redact(data))
    assert not SECRETS.appears_in(redacted)


@pytest.mark.parametrize("template", WRONG_KEYS)
def test_a_wrong_key_made_of_it_is_found_escaped_too(template: str) -> None:
    escaped = "".join(f"\\u{ord(char):04x}" for char in WRONG_KEYS[template](2 * KEY))
    assert Secrets(2 * KEY).redact(f"no user has {escaped} here".encode()) == f"no user has {template} here".encode()


@pytest.mark.parametrize("text", [KEY[:-1], KEY.swapcase(), "100% of &#57; \\u005a \\x56", html.escape("<b>" * 50)])
def test_other_texts_are_not_taken_for_the_key(text: str) -> None:
    assert not SECRETS.appears_in(text.encode())


def test_a_key_without_its_prefix_is_replaced_and_a_masked_one_is_not() -> None:
    secrets = Secrets("acme-live-9f8e7d6c5b4a39281706")
    assert secrets.redact(b"token live-9f8e7d6c5b4a39281706!") == b"token {end of the key}!"
    assert secrets.redact(b"9f8e7d6c5b4a39281706") == b"{end of the key}"
    assert secrets.redact(b"...1706, acme-live-") == b"...1706, acme-live-"


def test_a_text_without_the_key_stays_as_it_is() -> None:
    data = json.dumps({"metadata": ["%41" * 2_000, "\u00e9" * 500]}).encode()
    assert SECRETS.redact(data) == data


def test_a_body_that_contains_the_key_by_chance_is_sent_without_it() -> None:
    secrets = Secrets("lorem-ipsum-dolor-sit")
    case = Case(b'{"displayName":"lorem-ipsum-dolor-sit amet"}')
    assert secrets.redact_case(case) == Case(b'{"displayName":"{key} amet"}')
    other = Case(b'{"displayName":"lorem ipsum"}')
    assert secrets.redact_case(other) is other
    assert secrets.redact_case(Case(None)) == Case(None)
