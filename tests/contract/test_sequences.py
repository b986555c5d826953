"""Long sequences of operations: create, refuse, reuse an externalId, read, list, delete, in any order.

The page documents only the creation. Other operations of the target are used to observe its effects; their responses
are not judged themselves.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, multiple, precondition, rule

from contracts.expectation import Expected
from strategies.adversarial_bodies import adversarial_bodies
from strategies.cases.baseline_cases import full_case, minimal_case
from strategies.encoding import json_case
from strategies.surrounding_fields import MARKED
from strategies.valid_bodies import valid_bodies
from tests.harness.state_checks.lookups import external_id_of, has_external_id, project_of_refused, read_back

if TYPE_CHECKING:
    from contracts.exchange import Case
    from contracts.findings import Finding
    from tests.harness.client.judged import Judged
    from tests.harness.driver import Driver


def test_no_sequence_of_operations_breaks_a_promise(driver: Driver) -> None:
    # A class for this run, because Hypothesis creates instances without arguments.
    machine = type("Sequences", (Operations,), {"driver": driver, "run_ids": has_external_id(driver)})
    driver.explore_sequences(machine, machine)


@dataclass(frozen=True, slots=True)
class Project:
    """A project of a sequence: the exchange that created it, and its externalId if it has one."""

    created: Judged
    external_id: str | None


class Operations(RuleBasedStateMachine):
    """The operations that the target offers; findings of one or two exchanges are reported to the driver."""

    driver: ClassVar[Driver]
    run_ids: ClassVar[bool]

    remaining: Bundle[Project] = Bundle("remaining")
    free: Bundle[str] = Bundle("free")

    def __init__(self) -> None:
        super().__init__()
        self.kept: set[str] = set()
        self.offers = self.driver.options.offers

    @rule(target=remaining, make=st.sampled_from([minimal_case, full_case]))
    def create(self, make: Any) -> Any:
        return self._created(make(self.driver.contract, self.driver.names))

    @rule(target=remaining, data=st.data())
    def create_any(self, data: st.DataObject) -> Any:
        return self._created(data.draw(valid_bodies(self.driver.contract)))

    @rule(data=st.data())
    def refuse(self, data: st.DataObject) -> None:
        refused = self._post(data.draw(adversarial_bodies(self.driver.contract)))
        external_id = external_id_of(refused.case)
        own = external_id is not None and self.driver.names.run_id in external_id
        if self.offers.lists and own and refused.judgement.expectation.expected is Expected.REJECTED:
            self._conclude(self.driver.attempt(lambda: project_of_refused(self.driver, refused)), refused)

    @precondition(lambda self: self.run_ids)
    @rule(target=remaining, project=remaining)
    def use_its_external_id_again(self, project: Project) -> Any:
        if project.external_id is None:
            return multiple()
        self.driver.exercised("state.external_id_reuse", positive=1)
        return self._created(self._with(project.external_id))

    @precondition(lambda self: self.run_ids and self.offers.deletes)
    @rule(target=remaining, external_id=consumes(free))
    def use_a_free_external_id(self, external_id: str) -> Any:
        return self._created(self._with(external_id))

    @precondition(lambda self: self.offers.reads)
    @rule(project=remaining)
    def read(self, project: Project) -> None:
        if project.created.project_id in self.kept:
            self._conclude(self.driver.attempt(lambda: read_back(self.driver, project.created)), project.created)

    @precondition(lambda self: self.offers.deletes)
    @rule(target=free, project=consumes(remaining))
    def delete(self, project: Project) -> Any:
        identifier = project.created.project_id
        if identifier is None or identifier not in self.kept:
            return multiple()
        answer = self.driver.attempt(lambda: self.driver.session.delete(identifier))
        self.kept.discard(identifier)  # the page does not document whether it is gone
        return project.external_id if 200 <= answer.status < 300 and project.external_id is not None else multiple()

    def _with(self, external_id: str) -> Case:
        body = {**json.loads(minimal_case(self.driver.contract, self.driver.names).body or b"{}"), MARKED: external_id}
        return json_case(body, case_set="sequences", intent="an externalId that was used before")

    def _created(self, case: Case) -> Any:
        judged = self._post(case)
        if not judged.is_created or judged.project_id is None:
            return multiple()
        self.kept.add(judged.project_id)
        return Project(judged, external_id_of(judged.case))

    def _post(self, case: Case) -> Judged:
        judged = self.driver.attempt(lambda: self.driver.session.post(self.driver.names.fill(case)))
        self.driver.raise_first([judged], type(self))
        return judged

    def _conclude(self, finding: Finding | None, judged: Judged) -> None:
        if finding is not None:
            self.driver.history.finding(finding, judged.exchange)
            self.driver.raise_finding(finding, judged.exchange, type(self))
