"""Faults of a few lines: a rule defines where they act, a function what they change.

A rule is a decorator for one function, and registers several with `each`; `breaks` is the clause that its faults
break. A fault with `intermittent=True` occurs once in thirteen occasions, chosen by the service's seed, so that
twenty-five occasions include at least one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.json_codec import Json, dumps
from tests.mock.registry import Rule
from tests.mock.schema import Issue

if TYPE_CHECKING:
    from tests.mock.call import Call, Hook

PERIOD = 13

Members = dict[str, Any]
Condition = Callable[[Members], bool]
Judge = Callable[[Json], object]
Change = Callable[[Members], None]
Rewrite = Callable[[bytes], bytes]
Reply = Callable[["Call"], None]
Alteration = Callable[[Any], Json]
Authorization = Callable[[str, str], object]


def its_turn(call: Call) -> bool:
    """Whether an intermittent fault occurs now: exactly once in every `PERIOD` occasions, by the seed."""
    block, place = divmod(call.service.turns, PERIOD)
    call.service.turns += 1
    chosen = random.Random(f"{call.service.seed}:{block}").randrange(PERIOD)  # noqa: S311  # no secret
    return chosen == place


def _occurs(call: Call, when: Condition | None, *, intermittent: bool) -> bool:
    return (when is None or when(call.fields)) and (not intermittent or its_turn(call))


def when(condition: Callable[[Call], object], action: Hook) -> Hook:
    """Does something for some requests."""
    return lambda call: action(call) if condition(call) else None


def refuse_with(refusal: Callable[[], refusals.Refusal]) -> Hook:
    """Refuses a request."""

    def hook(call: Call) -> None:
        call.refusal = refusal()

    return hook


def without(path: str) -> Change:
    """Leaves out a member; a dot separates the names of a path."""
    *parents, name = path.split(".")

    def change(answer: Members) -> None:
        del _member(answer, parents)[name]

    return change


def sets(path: str, value: Json) -> Change:
    """Replaces the value of a member."""
    return becomes(path, lambda _value: value)


def becomes(path: str, alteration: Alteration) -> Change:
    """Replaces the value of a member by what a function makes of it."""
    *parents, name = path.split(".")

    def change(answer: Members) -> None:
        holder = _member(answer, parents)
        holder[name] = alteration(holder.get(name))

    return change


def _member(answer: Members, path: list[str]) -> Members:
    for name in path:
        answer = answer[name]
    return answer


def sent(field: str) -> Condition:
    """Whether a field was sent with another value than null."""
    return lambda fields: fields.get(field) is not None


def answers(*, breaks: str, when: Condition | None = None, intermittent: bool = False) -> Rule[Change]:
    """The function changes the members of a 201 response; `when` looks at the fields that were sent."""

    def hook_of(change: Change) -> Hook:
        def hook(call: Call) -> None:
            if _occurs(call, when, intermittent=intermittent):
                change(call.answer)

        return hook

    return Rule("answering", hook_of, breaks, intermittent)


def replies(*, breaks: str, when: Condition | None = None, intermittent: bool = False) -> Rule[Reply]:
    """The function changes status, headers or bytes of a 201 response."""

    def hook_of(change: Reply) -> Hook:
        def hook(call: Call) -> None:
            if call.created and _occurs(call, when, intermittent=intermittent):
                change(call)

        return hook

    return Rule("serialised", hook_of, breaks, intermittent)


def writes(*, breaks: str, when: Condition | None = None, intermittent: bool = False) -> Rule[Rewrite]:
    """The function changes the bytes of a 201 response."""

    def hook_of(change: Rewrite) -> Hook:
        def hook(call: Call) -> None:
            if call.created and _occurs(call, when, intermittent=intermittent):
                call.replace_payload(change(call.payload))

        return hook

    return Rule("serialised", hook_of, breaks, intermittent)


def accepts(field: str, *, breaks: str, intermittent: bool = False) -> Rule[Judge]:
    """The function returns whether an invalid value of a field is accepted. It is stored with the field's type."""

    def hook_of(judge: Judge) -> Hook:
        def hook(call: Call) -> None:
            if not any(issue.path[:1] == (field,) for issue in call.issues) or field not in call.value:
                return
            if judge(call.value[field]) and (not intermittent or its_turn(call)):
                forgive(call, field)

        return hook

    return Rule("validated", hook_of, breaks, intermittent)


def refuses(field: str, *, breaks: str, intermittent: bool = False) -> Rule[Judge]:
    """The function returns whether a valid value of a field is refused with 400."""

    def hook_of(judge: Judge) -> Hook:
        def hook(call: Call) -> None:
            if call.issues or field not in call.value or not judge(call.value[field]):
                return
            if not intermittent or its_turn(call):
                call.issues.append(Issue((field,), "Invalid input"))

        return hook

    return Rule("validated", hook_of, breaks, intermittent)


def fails(field: str, *, breaks: str = "service.no_5xx") -> Rule[Judge]:
    """The function returns whether a valid value of a field is answered with 500, like an error of the database."""

    def hook_of(judge: Judge) -> Hook:
        def hook(call: Call) -> None:
            if field in call.fields and judge(call.fields[field]):
                call.refusal = refusals.internal_error()

        return hook

    return Rule("storing", hook_of, breaks)


def alters(field: str, *, breaks: str | None = None, intermittent: bool = False) -> Rule[Alteration]:
    """The function returns what is stored and shown instead of a value that was sent and is not null."""

    def hook_of(change: Alteration) -> Hook:
        def hook(call: Call) -> None:
            value = call.fields.get(field)
            if value is not None and (not intermittent or its_turn(call)):
                call.fields[field] = change(value)

        return hook

    clause = breaks or f"response.201.{field}.echo"
    return Rule("storing", hook_of, clause, intermittent)


def authorizes(*, intermittent: bool = False) -> Rule[Authorization]:
    """The function returns, for the header and the key, whether a request that would be refused is accepted."""

    def hook_of(judge: Authorization) -> Hook:
        def hook(call: Call) -> None:
            if call.refusal is not None and judge(call.authorization, call.service.key):
                if intermittent and not its_turn(call):
                    return
                call.refusal = None

        return hook

    clause = "authorization.required"
    return Rule("authorized", hook_of, clause, intermittent)


def everywhere(value: Json, change: Callable[[Json], Json]) -> Json:
    """The value with every part changed, from the inside to the outside."""
    if isinstance(value, dict):
        value = {key: everywhere(item, change) for key, item in value.items()}
    elif isinstance(value, list):
        value = [everywhere(item, change) for item in value]
    return change(value)


def inside(kind: type, alteration: Alteration) -> Alteration:
    """Changes every part of a value that has a type."""
    return lambda value: everywhere(value, lambda part: alteration(part) if isinstance(part, kind) else part)


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
