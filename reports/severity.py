"""The order of findings in every report: the most severe first. It does not change the verdict."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from reports.evidence import FindingReport

_SERVER_ERROR: Final = 500
_NOT_KEPT: Final = (".echo", ".unique", ".constant", ".answers_own_request")


def severity(finding: FindingReport) -> tuple[bool, int, int, int, str]:
    """A sort key for findings, the most severe first; those that a published document allows come last."""
    return (bool(finding.published), _rank(finding), finding.clause.level.rank, -finding.count, finding.id)


def _rank(finding: FindingReport) -> int:
    clause, evidence = finding.clause.id, finding.evidence
    expected = evidence.expected if evidence else ""
    response = evidence.exchange.response if evidence else None
    fails = clause in {"service.no_5xx", "service.answers"} or (
        response is not None and response.status >= _SERVER_ERROR
    )
    ranks = (
        fails and expected == "created",  # a valid request fails
        clause.startswith("authorization.") or clause == "service.error_leaks_nothing",
        clause.startswith("state.") or clause.endswith(_NOT_KEPT),  # data is lost or changed
        expected == "created" and response is not None and response.status >= 400,  # a valid request is refused
        expected == "rejected" and response is not None and response.status < 300,  # an invalid one is accepted
        fails,
    )
    return ranks.index(True) if True in ranks else len(ranks)
