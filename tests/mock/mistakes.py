"""Decorators for faults of a few lines: the function defines the change, the decorator its place.

Each takes `breaks` (a clause) and `trigger` (what causes it, in words), and marks it as conditional if it affects only
some of the requests of the clause. A fault with `intermittent=True` occurs once in thirteen occasions, chosen by the
service's seed, so that twenty-five occasions include at least one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar, Unpack

from tests.mock import refusals
from tests.mock.json_codec import Json, dumps
from tests.mock.registry import Traits, add_fault, hooked
from tests.mock.schema import Issue

if TYPE_CHECKING:
    from tests.mock.call import Call, Hook

PERIOD = 13

Members = dict[str, Any]
Condition = Callable[[Members], bool]
Judge = Callable[[Json], bool]
Change = Callable[[Members], None]
Rewrite = Callable[[bytes], bytes]
Reply = Callable[["Call"], None]
Alteration = Callable[[Any], Json]
Authorization = Callable[[str, str], bool]
F = TypeVar("F", bound=Callable[..., object])


def its_turn(call: Call) -> bool:
    """Whether an intermittent fault occurs now: exactly once in every `PERIOD` occasions, by the seed."""
    block, place = divmod(call.service.turns, PERIOD)
    call.service.turns += 1
    chosen = random.Random(f"{call.service.seed}:{block}").randrange(PERIOD)  # noqa: S311  # no secret
    return chosen == place


def _occurs(call: Call, when: Condition | None, *, intermittent: bool) -> bool:
    return (when is None or when(call.fields)) and (not intermittent or its_turn(call))


def _decorator(stage: str, hook_of: Callable[[F], Hook], *, breaks: str, **traits: Unpack[Traits]) -> Callable[[F], F]:
    """Registers the hook that is made of a function as a fault with the function's name."""

    def announce(function: F) -> F:
        add_fault(function, hooked(stage, hook_of(function)), breaks=breaks, **traits)
        return function

    return announce


def answers(*, breaks: str, when: Condition | None = None, intermittent: bool = False) -> Callable[[Change], Change]:
    """The function changes the members of a 201 response; `when` looks at the fields that were sent."""

    def hook_of(change: Change) -> Hook:
        def hook(call: Call) -> None:
            if _occurs(call, when, intermittent=intermittent):
                change(call.answer)

        return hook

    return _decorator("answering", hook_of, breaks=breaks, intermittent=intermittent)


def replies(*, breaks: str, when: Condition | None = None, intermittent: bool = False) -> Callable[[Reply], Reply]:
    """The function changes status, headers or bytes of a 201 response."""

    def hook_of(change: Reply) -> Hook:
        def hook(call: Call) -> None:
            if call.created and _occurs(call, when, intermittent=intermittent):
                change(call)

        return hook

    return _decorator("serialised", hook_of, breaks=breaks, intermittent=intermittent)


def writes(*, breaks: str, when: Condition | None = None, intermittent: bool = False) -> Callable[[Rewrite], Rewrite]:
    """The function changes the bytes of a 201 response."""

    def hook_of(change: Rewrite) -> Hook:
        def hook(call: Call) -> None:
            if call.created and _occurs(call, when, intermittent=intermittent):
                call.replace_payload(change(call.payload))

        return hook

    return _decorator("serialised", hook_of, breaks=breaks, intermittent=intermittent)


def accepts(field: str, *, breaks: str, intermittent: bool = False) -> Callable[[Judge], Judge]:
    """The function returns whether an invalid value of a field is accepted. It is stored with the field's type."""

    def hook_of(judge: Judge) -> Hook:
        def hook(call: Call) -> None:
            if not any(issue.path[:1] == (field,) for issue in call.issues) or field not in call.value:
                return
            if judge(call.value[field]) and (not intermittent or its_turn(call)):
                forgive(call, field)

        return hook

    return _decorator("validated", hook_of, breaks=breaks, intermittent=intermittent)


def refuses(field: str, *, breaks: str, intermittent: bool = False) -> Callable[[Judge], Judge]:
    """The function returns whether a valid value of a field is refused with 400."""

    def hook_of(judge: Judge) -> Hook:
        def hook(call: Call) -> None:
            if call.issues or field not in call.value or not judge(call.value[field]):
                return
            if not intermittent or its_turn(call):
                call.issues.append(Issue((field,), "Invalid input"))

        return hook

    return _decorator("validated", hook_of, breaks=breaks, intermittent=intermittent)


def fails(field: str, *, breaks: str = "service.no_5xx") -> Callable[[Judge], Judge]:
    """The function returns whether a valid value of a field is answered with 500, like an error of the database."""

    def hook_of(judge: Judge) -> Hook:
        def hook(call: Call) -> None:
            if field in call.fields and judge(call.fields[field]):
                call.refusal = refusals.internal_error()

        return hook

    return _decorator("storing", hook_of, breaks=breaks)


def alters(field: str, *, breaks: str | None = None, intermittent: bool = False) -> Callable[[Alteration], Alteration]:
    """The function returns what is stored and shown instead of a value that was sent and is not null."""

    def hook_of(change: Alteration) -> Hook:
        def hook(call: Call) -> None:
            value = call.fields.get(field)
            if value is not None and (not intermittent or its_turn(call)):
                call.fields[field] = change(value)

        return hook

    clause = breaks or f"response.201.{field}.echo"
    return _decorator("storing", hook_of, breaks=clause, intermittent=intermittent)


def authorizes(*, intermittent: bool = False) -> Callable[[Authorization], Authorization]:
    """The function returns, for the header and the key, whether a request that would be refused is accepted."""

    def hook_of(judge: Authorization) -> Hook:
        def hook(call: Call) -> None:
            if call.refusal is not None and judge(call.authorization, call.service.key):
                if intermittent and not its_turn(call):
                    return
                call.refusal = None

        return hook

    clause = "authorization.required"
    return _decorator("authorized", hook_of, breaks=clause, intermittent=intermittent)


def everywhere(value: Json, change: Callable[[Json], Json]) -> Json:
    """The value with every part changed, from the inside to the outside."""
    if isinstance(value, dict):
        value = {key: everywhere(item, change) for key, item in value.items()}
    elif isinstance(value, list):
        value = [everywhere(item, change) for item in value]
    return change(value)


def forgive(call: Call, field: str, becomes: Json = None) -> None:
    """Removes the issues of a field and sets a valid value: `becomes`, or the most similar one."""
    call.issues = [issue for issue in call.issues if issue.path[:1] != (field,)]
    schema = call.service.operation.request["properties"][field]
    value = becomes if becomes is not None else _coerced(schema.get("type"), call.value.get(field))
    call.value = {**call.value, field: value}


def _coerced(types: Json, value: Json) -> Json:
    if value is None and isinstance(types, list):
        return None
    first = types if isinstance(types, str) else types[0]
    if first == "string":
        return value if isinstance(value, str) else dumps(value).decode()
    if first == "number":
        try:
            return float(value)
        except (TypeError, ValueError):
            return 0
    empty: dict[str, Json] = {"object": {}, "array": []}
    return empty[first]
