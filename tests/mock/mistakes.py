"""Decorators for faults of a few lines: the function defines the change, the decorator its place.

Each takes `breaks` (a clause) and `trigger` (what causes it, in words), and marks it as conditional if it affects only
some of the requests of the clause. A fault with `intermittent=True` occurs once in thirteen occasions, chosen by the
service's seed, so that twenty-five occasions include at least one.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from tests.mock import refusals
from tests.mock.json_codec import Json, dumps
from tests.mock.registry import add_fault
from tests.mock.schema import Issue

if TYPE_CHECKING:
    from tests.mock.call import Call
    from tests.mock.service import Service

PERIOD = 13

Members = dict[str, Any]
Condition = Callable[[Members], bool]
Judge = Callable[[Json], bool]


def its_turn(call: Call) -> bool:
    """Whether an intermittent fault occurs now: exactly once in every `PERIOD` occasions, by the seed."""
    block, place = divmod(call.service.turns, PERIOD)
    call.service.turns += 1
    chosen = random.Random(f"{call.service.seed}:{block}").randrange(PERIOD)  # noqa: S311  # no secret
    return chosen == place


def answers(
    *,
    breaks: str,
    trigger: str = "every creation",
    when: Condition | None = None,
    intermittent: bool = False,
) -> Callable[[Callable[[Members], None]], Callable[[Members], None]]:
    """The function changes the members of a 201 response; `when` looks at the fields that were sent."""

    def announce(change: Callable[[Members], None]) -> Callable[[Members], None]:
        def hook(call: Call) -> None:
            if (when is None or when(call.fields)) and (not intermittent or its_turn(call)):
                change(call.answer)

        _announce(change, "answering", hook, breaks, trigger, conditional=when is not None, intermittent=intermittent)
        return change

    return announce


def writes(
    *,
    breaks: str,
    trigger: str = "every creation",
    when: Condition | None = None,
    intermittent: bool = False,
) -> Callable[[Callable[[bytes], bytes]], Callable[[bytes], bytes]]:
    """The function changes the bytes of a 201 response."""

    def announce(change: Callable[[bytes], bytes]) -> Callable[[bytes], bytes]:
        def hook(call: Call) -> None:
            if call.created and (when is None or when(call.fields)) and (not intermittent or its_turn(call)):
                call.replace_payload(change(call.payload))

        _announce(change, "serialised", hook, breaks, trigger, conditional=when is not None, intermittent=intermittent)
        return change

    return announce


def replies(
    *,
    breaks: str,
    trigger: str = "every creation",
    when: Condition | None = None,
    intermittent: bool = False,
) -> Callable[[Callable[[Call], None]], Callable[[Call], None]]:
    """The function changes status, headers or bytes of a 201 response."""

    def announce(change: Callable[[Call], None]) -> Callable[[Call], None]:
        def hook(call: Call) -> None:
            if call.created and (when is None or when(call.fields)) and (not intermittent or its_turn(call)):
                change(call)

        _announce(change, "serialised", hook, breaks, trigger, conditional=when is not None, intermittent=intermittent)
        return change

    return announce


def accepts(
    field: str, *, breaks: str, trigger: str, conditional: bool = False, intermittent: bool = False
) -> Callable[[Judge], Judge]:
    """The function returns whether an invalid value of a field is accepted. It is stored with the field's type."""

    def announce(judge: Judge) -> Judge:
        def hook(call: Call) -> None:
            if not any(issue.path[:1] == (field,) for issue in call.issues) or field not in call.value:
                return
            if judge(call.value[field]) and (not intermittent or its_turn(call)):
                forgive(call, field)

        _announce(judge, "validated", hook, breaks, trigger, conditional=conditional, intermittent=intermittent)
        return judge

    return announce


def refuses(
    field: str, *, breaks: str, trigger: str, conditional: bool = True, intermittent: bool = False
) -> Callable[[Judge], Judge]:
    """The function returns whether a valid value of a field is refused with 400."""

    def announce(judge: Judge) -> Judge:
        def hook(call: Call) -> None:
            if call.issues or field not in call.value or not judge(call.value[field]):
                return
            if not intermittent or its_turn(call):
                call.issues.append(Issue((field,), "Invalid input"))

        _announce(judge, "validated", hook, breaks, trigger, conditional=conditional, intermittent=intermittent)
        return judge

    return announce


def fails(
    field: str, *, trigger: str, breaks: str = "service.no_5xx", conditional: bool = True
) -> Callable[[Judge], Judge]:
    """The function returns whether a valid value of a field is answered with 500, like an error of the database."""

    def announce(judge: Judge) -> Judge:
        def hook(call: Call) -> None:
            if field in call.fields and judge(call.fields[field]):
                call.refusal = refusals.internal_error()

        _announce(judge, "storing", hook, breaks, trigger, conditional=conditional, intermittent=False)
        return judge

    return announce


def alters(
    field: str,
    *,
    trigger: str,
    breaks: str | None = None,
    conditional: bool = True,
    intermittent: bool = False,
) -> Callable[[Callable[[Any], Json]], Callable[[Any], Json]]:
    """The function returns what is stored and shown instead of a value that was sent and is not null."""

    def announce(change: Callable[[Any], Json]) -> Callable[[Any], Json]:
        def hook(call: Call) -> None:
            value = call.fields.get(field)
            if value is not None and (not intermittent or its_turn(call)):
                call.fields[field] = change(value)

        clause = breaks or f"response.201.{field}.echo"
        _announce(change, "storing", hook, clause, trigger, conditional=conditional, intermittent=intermittent)
        return change

    return announce


def authorizes(
    *, trigger: str, conditional: bool = True, intermittent: bool = False
) -> Callable[[Callable[[str, str], bool]], Callable[[str, str], bool]]:
    """The function returns, for the header and the key, whether a request that would be refused is accepted."""

    def announce(judge: Callable[[str, str], bool]) -> Callable[[str, str], bool]:
        def hook(call: Call) -> None:
            if call.refusal is not None and judge(call.authorization, call.service.key):
                if intermittent and not its_turn(call):
                    return
                call.refusal = None

        _announce(
            judge,
            "authorized",
            hook,
            "authorization.required",
            trigger,
            conditional=conditional,
            intermittent=intermittent,
        )
        return judge

    return announce


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


def _announce(
    function: Callable[..., object],
    stage: str,
    hook: Callable[[Call], None],
    breaks: str,
    trigger: str,
    *,
    conditional: bool,
    intermittent: bool,
) -> None:
    def install(service: Service) -> None:
        service.hooks[stage].append(hook)

    add_fault(function, install, breaks, trigger, conditional=conditional, intermittent=intermittent)
