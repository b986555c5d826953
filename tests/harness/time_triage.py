"""Does a response take long because a pattern explodes?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from contracts.findings import Finding
from strategies.encoding import encode
from strategies.surrounding_fields import ordinary

if TYPE_CHECKING:
    from contracts.document import Contract
    from reports.history import HistoryWriter
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.questions import Questions

#: Shorter texts make no matcher explode.
_EXPLOSIVE = 16


class TimeTriage:
    """Puts slow responses down to the pattern of a field."""

    def __init__(self, questions: Questions, contract: Contract, history: HistoryWriter, names: UniqueNames) -> None:
        self._questions = questions
        self._contract = contract
        self._history = history
        self._names = names
        self._explosive: dict[str, bool] = {}

    def attribute(self, answer: Judged, finding: Finding) -> Finding:
        """Blame the pattern of a field where an ordinary text in its place does not take the time."""
        body = answer.judgement.expectation.body
        fields = [field.path for field in self._contract.fields if field.pattern is not None]
        texts = {name: body[name] for name in fields if isinstance(body, dict) and isinstance(body.get(name), str)}
        name = max(texts, key=lambda field: len(texts[field]), default=None)
        if name is None or len(texts[name]) < _EXPLOSIVE:
            return finding
        if name not in self._explosive:
            # Both are written alike, so that nothing but the text tells them apart.
            bodies = (body, {**body, name: ordinary(self._contract.field(name))})
            cases = (answer.case.with_body(encode(one)) for one in bodies)
            again, plain = (self._questions.ask(self._names.renew(case)) for case in cases)
            self._explosive[name] = not _quick(again, answer) and _quick(plain, answer)
        if not self._explosive[name]:
            return finding
        reattributed = Finding("service.pattern_time", "explodes", finding.expected, finding.received, f"/{name}")
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed


def _quick(reply: Judged | None, slow: Judged) -> bool:
    """Whether a response took a fraction of the time that another one took."""
    if reply is None or reply.exchange.response is None:
        return False
    return reply.exchange.elapsed < slow.exchange.elapsed / 4
