"""Members that a service keeps of earlier requests are one mistake, whatever shows them."""

from __future__ import annotations

from contracts.deviations import Deviations
from contracts.findings import Finding
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCauses

ECHO, OWN, TRACE = "response.201.metadata.echo", "response.201.answers_own_request", "state.prototype_untouched"


def _number_of_causes(*findings: Finding) -> int:
    causes = RootCauses(Deviations.none())
    for finding in findings:
        causes.add(finding, None)
    return len(merged(list(causes), {}, {}))


def test_added_members_a_changing_default_and_a_trace_are_one_root_cause() -> None:
    added = Finding(ECHO, "changed", "nothing", '"pier"', "/metadata/quay", ("added",))
    default = Finding(OWN, "default changes", "one default", "{} or more", "/metadata")
    trace = Finding(TRACE, "trace", "nothing", "it holds x")
    assert _number_of_causes(added, default, trace) == 1
    assert _number_of_causes(added, trace) == 2
    of_another = Finding(OWN, "default changes", "one default", "1 or 2", "/maxConcurrentJobs")
    assert _number_of_causes(added, of_another) == 2
    instead_of_null = Finding(ECHO, "changed", "null", "{}", "/metadata", ("null to object",))
    assert _number_of_causes(instead_of_null, default) == 1
    changed = Finding(ECHO, "changed", '"a"', '"b"', "/metadata/quay", ("to lower case",))
    assert _number_of_causes(changed, default) == 2
