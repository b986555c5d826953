"""Triage of refused valid requests: a header, the framing, an id in use, or a field is the reason."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from contracts.checks.status import clause_of_body
from contracts.exchange import VALID_HEADERS
from contracts.expectation import FRAMING, FRAMING_HEADERS, NEGOTIATED
from contracts.findings import REFUSED, Finding
from contracts.kinds.bodies import kinds_of_failing, message_of
from strategies.surrounding_fields import MARKED
from tests.harness.triage.conflicts import ConflictTriage
from tests.harness.triage.fields import COMBINATION, KEY, FieldTriage
from tests.harness.triage.forms import TOO_LARGE, FormTriage
from tests.harness.triage.keys import KeyTriage
from tests.harness.triage.named_fields import named_fields

if TYPE_CHECKING:
    from collections.abc import Sequence

    from contracts.document import Contract
    from contracts.exchange import Case
    from reports.history import HistoryWriter
    from strategies.unique_names import UniqueNames
    from tests.harness.client.judged import Judged
    from tests.harness.triage.connections import ConnectionTriage
    from tests.harness.triage.triage_requests import TriageRequests

#: The status that speaks of the media type alone.
_UNSUPPORTED: Final = 415
#: The clauses about the media types of a request and of its response, by the header.
_NEGOTIATION: Final = {"content-type": "request.mediaType", "accept": NEGOTIATED}
_ID_ECHO = f"response.201.{MARKED}.echo"


class RefusalTriage:
    """Attributes refusals of valid requests to a clause and field."""

    def __init__(
        self,
        requests: TriageRequests,
        connection_triage: ConnectionTriage,
        contract: Contract,
        history: HistoryWriter,
        names: UniqueNames,
    ) -> None:
        self._requests = requests
        self._key = KeyTriage(requests, contract, names)
        self._conflicts = ConflictTriage(requests, contract, names)
        self._form = FormTriage(requests, connection_triage, contract, names)
        self._contract = contract
        self._history = history
        self._names = names
        self._fields = FieldTriage(requests, contract, names, self._form)
        #: The kinds of changes that the service makes to externalIds; None if it makes none.
        self._id_changes: tuple[str, ...] | None = None

    def learn(self, judged: Sequence[Judged]) -> None:
        """Remember which externalIds the service accepted, and whether it changes them."""
        for answer in judged:
            self._conflicts.learn(answer)
            self._fields.learn(answer)
            for found in answer.findings:
                if found.clause == _ID_ECHO and self._id_changes is None:
                    self._id_changes = found.kinds

    def attribute(self, answer: Judged, finding: Finding) -> Finding:
        """The finding, reattributed if another clause is the reason of a refusal."""
        if self._is_consequence(answer, finding):
            return self._conflict(answer, finding)
        if (conflict := self._conflicts.attributed(answer, finding)) is not None:
            self._history.reattributed(answer.exchange, finding, conflict)
            return conflict
        if finding.cause == REFUSED and (way := _way_of(answer.case)):
            found = self._of_the_way(answer, finding, way)
            self.attribute_triage_requests(found.clause, found.where)
            return found
        if finding.clause == KEY and self._key.is_caused_by_body(answer):
            clause, where = self._fields.blame(answer, finding)
            if clause == COMBINATION and isinstance(body := answer.judgement.expectation.body, dict):
                clause, where = clause_of_body(self._contract, body)
            self.attribute_triage_requests(clause, where)
            return self._reattribute(answer, finding, clause, where)
        doubtful = self._is_doubtful(answer, finding)
        return self._reattributed(answer, finding) if doubtful else self._passing(answer, finding)

    def _passing(self, answer: Judged, finding: Finding) -> Finding:
        """The finding, reattributed if the refusal does not repeat and others before did not either."""
        if self._form.passing is None or finding.cause != REFUSED or not finding.clause.startswith("request."):
            return finding
        again = self._requests.ask(self._names.renew(answer.case))
        if again is None or not again.is_created:
            return finding
        return self._reattribute(answer, finding, self._form.passing, "")

    def attribute_triage_requests(self, clause: str, where: str) -> None:
        """Attribute the refusals among the further requests to the reason that was found."""
        for reply, finding in self._requests.refused:
            if self._is_consequence(reply, finding):
                self._conflict(reply, finding)
            elif (conflict := self._conflicts.attributed(reply, finding)) is not None:
                self._history.reattributed(reply.exchange, finding, conflict)
            elif (finding.clause == KEY and self._key.looks_into_bodies and clause != KEY) or (
                finding.clause in {FRAMING, *_NEGOTIATION.values()}
                and finding.clause != clause
                and _way_of(reply.case) is not None
                and reply.status != _UNSUPPORTED
                and self._may_be_for(reply, where)
            ):
                self._reattribute(reply, finding, clause, where)
            elif self._is_doubtful(reply, finding):
                named, body = named_fields(reply), reply.judgement.expectation.body
                speaks_of_another = len(named) == 1 and where.removeprefix("/") not in {"", *named}
                if speaks_of_another and isinstance(body, dict):
                    self._reattribute_if_known(reply, finding, *self._fields.known_culprit(body, named, finding))
                else:
                    self._reattribute_if_known(reply, finding, clause, where)
        self._requests.refused.clear()

    def _may_be_for(self, answer: Judged, where: str) -> bool:
        """Whether a body has the field at ``where``; True where no field is meant."""
        body = answer.judgement.expectation.body
        return not where or (isinstance(body, dict) and where.removeprefix("/") in body)

    def to_shrink(self, case: Case, finding: Finding) -> Case:
        """The case to shrink, with ordinary headers if an unusual one is not the reason of the refusal."""
        way = _way_of(case)
        plainly = way is not None and finding.cause == REFUSED and finding.clause != way[0]
        return replace(case, headers=VALID_HEADERS) if plainly else case

    def _of_the_way(self, answer: Judged, finding: Finding, way: tuple[str, str]) -> Finding:
        """Blame the content if the same body is also refused with ordinary headers.

        Args:
            answer: The refusal.
            finding: Its finding.
            way: The clause about the unusual header, and the name of the header.
        """
        is_told = self._fields.is_told(answer)
        plain = self._names.renew(replace(answer.case, headers=VALID_HEADERS))
        reply = None if is_told else self._requests.ask(plain)
        refused = next((f for f in reply.findings if f.cause == REFUSED), None) if reply else None
        body = answer.judgement.expectation.body
        known = is_told or self._fields.has_analysed
        if reply is None and known and isinstance(body, dict) and answer.status != _UNSUPPORTED:
            clause, where = self._fields.known_culprit(body, named_fields(answer), finding)
        elif reply is None:
            return finding
        elif refused is not None and _UNSUPPORTED in {answer.status, reply.status} and answer.status != reply.status:
            clause, where = way
        elif refused is None:
            moment = self._form.of_the_moment(answer, finding)
            clause, where = (moment, "") if moment else way
        else:
            doubtful = self._is_doubtful(reply, refused)
            clause, where = self._reason(reply, refused) if doubtful else (refused.clause, refused.where)
        return finding if clause == finding.clause else self._reattribute(answer, finding, clause, where)

    def _is_doubtful(self, answer: Judged, finding: Finding) -> bool:
        """Whether a body may have been refused for another member, a missing one, or its form."""
        body = answer.judgement.expectation.body
        about_the_body = finding.clause.startswith("request.") and finding.clause != "request.mediaType"
        if finding.cause != REFUSED or not about_the_body or not isinstance(body, dict):
            return False
        if finding.clause == COMBINATION:
            return True
        named = named_fields(answer)
        if named and finding.clause.split(".")[1] not in named:
            return True
        return (
            self._fields.is_bare(body)
            or not self._fields.bare_passes  # a field that is missing may be demanded
            or self._form.is_unusual(answer.case, body)
            or self._fields.is_like_another(finding, body)
        )

    def _conflict(self, answer: Judged, finding: Finding) -> Finding:
        expected, kinds = "an id that no other project has", self._id_changes or ()
        reattributed = Finding(_ID_ECHO, "changed", expected, finding.received, f"/{MARKED}", kinds)
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed

    def _is_consequence(self, answer: Judged, finding: Finding) -> bool:
        """Whether a conflict is caused by ids that the service changes until two are equal."""
        body = answer.judgement.expectation.body
        sent_id = isinstance(body, dict) and isinstance(body.get(MARKED), str)
        return self._id_changes is not None and sent_id and answer.status == 409 and finding.cause == REFUSED

    def _reason(self, answer: Judged, finding: Finding) -> tuple[str, str]:
        """The clause and the place to blame for a refusal: the form or the size of the body, or a field."""
        if form := self._form.known(answer.case, finding, answer.judgement.expectation.body):
            return form, ""
        if self._form.is_too_large(answer, finding):
            return TOO_LARGE, ""
        return self._fields.blame(answer, finding)

    def _reattributed(self, answer: Judged, finding: Finding) -> Finding:
        clause, where = self._reason(answer, finding)
        self.attribute_triage_requests(clause, where)
        return self._reattribute_if_known(answer, finding, clause, where)

    def _reattribute_if_known(self, answer: Judged, finding: Finding, clause: str, where: str) -> Finding:
        """Reattribute ``finding`` if the clause is another, more specific one.

        For a body with required members only, a combination is more specific: none of its fields is the reason.
        """
        body = answer.judgement.expectation.body
        vague = clause == COMBINATION and not self._fields.is_bare(body)
        field = where.removeprefix("/")
        # A missing field can only be blamed for its absence.
        not_there = field and not clause.endswith(".optional") and isinstance(body, dict) and field not in body
        if clause == finding.clause or vague or not_there:
            return finding
        return self._reattribute(answer, finding, clause, where)

    def _reattribute(self, answer: Judged, finding: Finding, clause: str, where: str) -> Finding:
        kinds, body = finding.kinds, answer.judgement.expectation.body
        if where.startswith("/"):  # the kinds of the value count now that its field is known
            kinds = (*message_of(kinds), *kinds_of_failing(answer.case, body, where.split("/")[1]))
        reattributed = Finding(clause, finding.cause, finding.expected, finding.received, where, kinds)
        self._history.reattributed(answer.exchange, finding, reattributed)
        return reattributed


def _way_of(case: Case) -> tuple[str, str] | None:
    """The clause about an unusual framing or media type of a valid request, and the header; None if there is none."""
    for name, _ in case.unusual_headers:
        if name in FRAMING_HEADERS:
            return FRAMING, name
        if name.lower() in _NEGOTIATION:
            return _NEGOTIATION[name.lower()], name
    return None
