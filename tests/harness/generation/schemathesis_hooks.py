"""Hooks for `st run`: the suite's checks, and its priority cases as explicit examples.

`schemathesis.toml` names this module. schemathesis' own generator rarely breaks exactly one promise; the priority cases
do, so that its examples phase finds what its fuzzing phase does not.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import uuid4

import schemathesis

import contracts.schemathesis_checks  # noqa: F401  # registers the checks
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.exchange import JSON_MEDIA_TYPE, Case
from contracts.secrets import Secrets
from strategies.cases.priority_cases import priority_cases
from strategies.unique_names import UniqueNames


@schemathesis.hook
def before_add_examples(context: schemathesis.HookContext, examples: list[schemathesis.Case[Any]]) -> None:
    """Add the priority cases to the examples of the operation."""
    names = UniqueNames(f"st{uuid4().hex[:12]}")
    secrets = Secrets(os.environ.get("ACTIVEPIECES_API_KEY", ""))
    cases = (names.fill(case) for case in priority_cases(load_contract(DEFAULT_DOCUMENT), names, 0))
    examples.extend(_example(context.operation, case, secrets) for case in cases if _is_sendable(case))


def _is_sendable(case: Case) -> bool:
    """Whether schemathesis can send a case: it refuses other media types and fails on lone surrogates."""
    return case.header("Content-Type") == JSON_MEDIA_TYPE and rb"\ud" not in (case.body or b"").lower()


def _example(operation: Any, case: Case, secrets: Secrets) -> schemathesis.Case[Any]:
    headers = {name: secrets.resolve(value) for name, value in case.headers}
    media_type = headers.pop("Content-Type", None)
    example: schemathesis.Case[Any] = operation.Case(body=case.body, media_type=media_type, headers=headers)
    return example
