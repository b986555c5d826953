"""Triage of conflicts: a new externalId that a service takes for an earlier one, such as one in another case."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.checks.quoting import shown
from contracts.findings import REFUSED
from contracts.kinds.bodies import message_of
from strategies.cases.baseline_cases import minimal_case
from strategies.encoding import encode
from strategies.surrounding_fields import MARKED
from tests.harness.triage.named_fields import named_fields

if TYPE_CHECKING:
    from collections.abc import Callable

    from contracts.document import Contract
    from contracts.findings import Finding
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.triage_requests import TriageRequests

#: The clause that is broken by the refusal of a new id.
NEW_ID: Final = f"request.{MARKED}.type"
#: The status that speaks of what other projects have.
CONFLICT: Final = 409
#: The maximum number of refusals of one kind whose id is sent again, in the simplest body.
_TRIED: Final = 3
#: The maximum number of accepted ids that are remembered.
_REMEMBERED: Final = 5_000
#: Lengths to which services cut ids.
_LENGTHS: Final = (255, 191, 128, 100, 64, 50, 40, 36, 32, 30, 24, 20)
#: What two ids differ in that a service takes for one, and what makes them equal; the first that applies is reported.
_EQUAL: Final[dict[str, Callable[[str], str]]] = {
    "only in case": str.casefold,
    "only in white space at an end": str.strip,
    "only in Unicode normalization": lambda text: unicodedata.normalize("NFKC", text),
    "only in case and Unicode normalization": lambda text: unicodedata.normalize("NFKC", text).casefold(),
    "only in white space": lambda text: "".join(text.split()),
    "only in accents, case or punctuation": lambda text: "".join(
        char for char in unicodedata.normalize("NFKD", text).casefold() if char.isalnum()
    ),
    "only in leading zeros": lambda text: text.lstrip("0"),
}
_CUT: Final = "only at its end"


class ConflictTriage:
    """Finds the earlier externalId for which a new one was refused."""

    def __init__(self, requests: TriageRequests, contract: Contract, names: UniqueNames) -> None:
        self._requests = requests
        self._contract = contract
        self._names = names
        self._ways: dict[tuple[str, int], Callable[[str], str]] = {(words, 0): way for words, way in _EQUAL.items()}
        self._ways |= {(_CUT, length): _cut_to(length) for length in _LENGTHS}
        self._used: dict[tuple[str, int], dict[str, str]] = {way: {} for way in self._ways}
        #: Whether the simplest body is refused with the id, by what ids differ in.
        self._results: dict[str, list[bool]] = {}

    def learn(self, answer: Judged) -> None:
        """Remember an externalId that was accepted; what makes it equal to an earlier one explains no refusal."""
        text = _id_of(answer)
        if not answer.is_created or text is None:
            return
        for way, used in list(self._used.items()):
            equal = self._ways[way](text)
            if len(used) < _REMEMBERED and used.setdefault(equal, text) != text:
                del self._used[way]

    def attributed(self, answer: Judged, finding: Finding) -> Finding | None:
        """The finding about a new id that was refused as one in use; None if the refusal has another reason."""
        text = _id_of(answer)
        if finding.cause != REFUSED or answer.status != CONFLICT or text is None:
            return None
        if not named_fields(answer) <= {MARKED}:  # the service speaks of another field
            return None
        earlier, words = self._earlier(text)
        if not self._is_refused_alone(words, text):
            return None
        received = f"{MARKED} differs from {shown(earlier)} {words}: {finding.received}" if words else finding.received
        kinds = message_of(finding.kinds)
        return replace(finding, clause=NEW_ID, where=f"/{MARKED}", received=received, kinds=kinds)

    def _earlier(self, text: str) -> tuple[str, str]:
        """An accepted id that a service may take for this one, and what they differ in; empty if there is none."""
        for (words, length), used in self._used.items():
            earlier = used.get(self._ways[words, length](text), text)
            if earlier != text:
                return earlier, words
        return "", ""

    def _is_refused_alone(self, words: str, text: str) -> bool:
        """Whether the simplest body is refused with the same id."""
        results = self._results.setdefault(words, [])
        if len(results) < _TRIED:
            case = minimal_case(self._contract, self._names)
            body = encode({**json.loads(case.body or b"{}"), MARKED: text})
            reply = self._requests.ask(case.with_body(body))
            results.append(reply is not None and reply.status == CONFLICT)
            return results[-1]
        return all(results)


def _cut_to(length: int) -> Callable[[str], str]:
    return lambda text: text[:length]


def _id_of(answer: Judged) -> str | None:
    body = answer.judgement.expectation.body
    value = body.get(MARKED) if isinstance(body, dict) else None
    return value if isinstance(value, str) else None
