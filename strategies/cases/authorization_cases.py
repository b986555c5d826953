"""Valid bodies without the right key: no header, other schemes, wrong keys derived from the right one."""

from __future__ import annotations

import base64
import json
import random
import string
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.exchange import JSON_MEDIA_TYPE, VALID_AUTHORIZATION, Case
from contracts.secrets import WRONG_KEYS
from strategies.cases.turns import in_turn
from strategies.encoding import encode, with_header
from strategies.surrounding_fields import SurroundingFields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from contracts.document import Contract
    from strategies.unique_names import UniqueNames

_CLAUSE: Final = "authorization.required"
_WRONG: Final = "wire.authorization.wrong"
_KEY_LENGTH: Final = 64
#: Values unrelated to the right key, the most important ones first.
OTHER_CREDENTIALS: Final = (
    # Code that decodes a token may fail: no hexadecimal digits, no base64.
    *("Bearer ", "Bearer null", "", "Bearer %", "Bearer x", "Bearer", "Bearer undefined", "Bearer %ZZ", "Bearer *"),
    *("Basic dXNlcjpwYXNzd29yZA==", "Bearer ' OR '1'='1", "Bearer !!!.???.***", "Bearer true", "Bearer 0", "Bearer {}"),
    *("Basic Og==", "Negotiate YIIB", "null"),
    'Digest username="admin", realm="api", nonce="0", uri="/", response="0"',
)
#: Bytes beyond ASCII, and more than a column or a hash function accepts (bcrypt 72, databases 255).
_ODD: Final = {
    "beyond ASCII": "Bearer sk-\xe9\xff",
    "a very long key": f"Bearer sk-{'b' * 6_000}",
    "a long key": f"Bearer sk-{'a' * 300}",
}
#: Other headers in which services expect a key, or a reason not to require one; sent without Authorization.
_ELSEWHERE: Final = (
    *(("Transfer-Encoding", "chunked"), ("X-API-Key", "{key}"), ("Cookie", "token={key}; session={key}")),
    *(
        ("X-Forwarded-For", "127.0.0.1"),
        ("Content-Type", "application/json; charset=utf-8"),
        ("X-Access-Token", "{key}"),
    ),
)
#: The size in bytes of a body that is too large for code that inspects small ones only.
_LARGE: Final = 20_000
#: The right key, but not as the bearer token that the page requires.
MISPLACED_KEYS: Final = (
    *("Basic {key}", "{key}", "Token {key}", "Basic Bearer {key}", "Bearer{key}", "Bearer x{key}", "Bearer:{key}"),
    *("Basic {key in base64}", "Bearer Bearer {key}", "ApiKey {key}", "{key} Bearer", "BearerX {key}", "Bearer {key},"),
    *("Bearer={key}", "Bearer '{key}'", "Key {key}", "JWT {key}", "Digest {key}", "X{key}"),
)
#: Other spellings of the scheme, which are equal by RFC 9110, section 11.1, but not for many services; and a word
#: behind the key, which code that takes the second word of the header ignores.
_SPELLINGS: Final = ("bearer {key}", "BEARER {key}", "bEaReR {key}", "Bearer  {key}", "Bearer {key} x")
#: Two headers in one request: a service may use either, or refuse the request.
_TWICE: Final = (
    (VALID_AUTHORIZATION, VALID_AUTHORIZATION),
    (VALID_AUTHORIZATION, "Bearer x"),
    ("Bearer x", VALID_AUTHORIZATION),
)


def authorization_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """Requests that are invalid only because they lack the right key: each must be refused.

    No header, the right key in another scheme, wrong keys, other credentials and foreign keys take turns.
    """
    surrounding_fields = SurroundingFields(contract, names, seed)
    foreign = [(f"foreign key {number}", value) for number, value in enumerate(_foreign_keys(seed), 1)]
    values = (
        [(value, value) for value in MISPLACED_KEYS],
        [(value, value) for value in (f"Bearer {template}" for template in WRONG_KEYS)],
        [(value, value) for value in OTHER_CREDENTIALS],
        in_turn([foreign, [*_ODD.items()]]),
    )
    with_header = [[_with_value(surrounding_fields, *pair) for pair in pairs] for pairs in values]
    return in_turn([_without_header(surrounding_fields), *with_header])


def _with_value(surrounding_fields: SurroundingFields, identifier: str, value: str) -> Case:
    shown = repr(value if len(value) <= _KEY_LENGTH else f"{value[:40]}...")
    case = _case(surrounding_fields, value, None, _WRONG, f"{_CLAUSE} ({shown})")
    return replace(case, id=identifier)


def _without_header(surrounding_fields: SurroundingFields) -> list[Case]:
    """No Authorization: with the key in another header, in the simplest request, and with a large body."""
    cases = []
    for name, value in _ELSEWHERE:
        case = _case(surrounding_fields, None, None, _WRONG, f"{_CLAUSE} (no header, but {name}: {value})")
        cases.append(replace(with_header(case, name, value), id=f"no header, but {name}"))
    simplest = _case(surrounding_fields, None, "minimal", _WRONG, f"{_CLAUSE} (no header)")
    large = _case(surrounding_fields, None, "full", _WRONG, f"{_CLAUSE} (no header, a large body)")
    cases.insert(2, replace(simplest, id="no header"))
    return [*cases, replace(large, body=(large.body or b"").ljust(_LARGE), id="no header, a large body")]


def authorization_spelling_cases(contract: Contract, names: UniqueNames, seed: int) -> list[Case]:
    """The right key with another spelling of the scheme: accepted or refused, never a 5xx."""
    surrounding_fields = SurroundingFields(contract, names, seed)
    case_set = "wire.authorization.spelling"
    cases = [_case(surrounding_fields, value, None, case_set, f"Authorization: {value}") for value in _SPELLINGS]
    for first, second in _TWICE:
        case = _case(surrounding_fields, first, None, case_set, f"Authorization: {first}, and Authorization: {second}")
        cases.append(replace(case, headers=(*case.headers, ("Authorization", second))))
    return cases


def _case(
    surrounding_fields: SurroundingFields, value: str | None, context: str | None, case_set: str, intent: str
) -> Case:
    headers: tuple[tuple[str, str], ...] = (("Content-Type", JSON_MEDIA_TYPE),)
    if value is not None:
        headers = (("Authorization", value), *headers)
    return Case(encode(surrounding_fields.body(context=context)), headers, case_set=case_set, intent=intent)


def _foreign_keys(seed: int) -> Iterator[str]:
    """Well-formed keys and tokens of other formats."""
    chance = random.Random(seed)  # noqa: S311  # reproducible on purpose
    alphanumeric = string.ascii_letters + string.digits
    claims = {"id": "1", "type": "SERVICE", "projectId": "1", "platform": {"id": "1"}, "exp": 4102444800}
    for algorithm, signature in (("none", ""), ("NONE", ""), ("HS256", _base64url(chance.randbytes(32)))):
        header = _base64url(json.dumps({"alg": algorithm, "typ": "JWT"}).encode())
        yield f"Bearer {header}.{_base64url(json.dumps(claims).encode())}.{signature}"
    for prefix in ("sk-", ""):
        yield f"Bearer {prefix}{''.join(chance.choices(alphanumeric, k=_KEY_LENGTH))}"


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")
