"""The fields that the message of a refusal names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.harness.client.judged import Judged


def named_fields(answer: Judged) -> set[str]:
    """The fields of the body that a refusal names."""
    body, response = answer.judgement.expectation.body, answer.exchange.response
    if not isinstance(body, dict) or not body:
        return set()
    text = (response.body if response else b"").decode("utf-8", "replace")
    # A member of a field may have the name of another field: "body/metadata/externalId must be string".
    fields = "|".join(map(re.escape, body))
    text = re.sub(rf"\b({fields})(?:[/.]\w+)+", r"\1", text)
    return {name for name in body if re.search(rf"\b{re.escape(name)}\b", text)}
