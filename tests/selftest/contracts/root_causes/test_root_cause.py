from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from contracts.deviations import Deviations
from contracts.exchange import Case, Exchange, Response
from contracts.exchange_record import ExchangeRecord
from contracts.findings import Finding
from contracts.kinds.bodies import ANYWHERE, kinds_of_failing
from contracts.kinds.violations import CONVERTED, NO_PROJECT, NOT_SHOWN
from contracts.root_causes.merging import merged
from contracts.root_causes.root_cause import RootCause, RootCauses, without_explained


def _exchange(number: int, body: dict[str, Any]) -> ExchangeRecord:
    case = Case(json.dumps(body).encode(), case_set="x")
    return ExchangeRecord.of(Exchange(case, None, started=1.0, number=number))


def _root_causes(*seen: tuple[str, str, dict[str, Any]]) -> RootCauses:
    causes = RootCauses(Deviations.none())
    for number, (clause, cause, body) in enumerate(seen, 1):
        causes.add(Finding(clause, cause, "e", "r"), _exchange(number, body))
    return causes


def test_a_field_that_is_not_validated_is_one_root_cause() -> None:
    causes = _root_causes(
        ("request.mail.pattern", "accepted", {"mail": "x"}), ("request.mail.type", "accepted", {"mail": 1})
    )
    counts = {"request.mail.pattern": (1, 1), "request.mail.type": (1, 1)}
    (found,) = merged(list(causes), counts, {})
    assert set(found.clauses) == set(counts)
    assert found.count == 2


def test_a_list_that_may_be_null_is_another_root_cause_than_items_that_are_not_validated() -> None:
    causes = _root_causes(
        ("request.teams.null", "accepted", {"teams": None}),
        ("request.teams.items.null", "accepted", {"teams": [None]}),
        ("request.teams.items.type", "accepted", {"teams": [4]}),
    )
    counts = {cause.clause: (3, 3) for cause in causes} | {"request.teams.type": (9, 0)}
    lists, items = sorted(merged(list(causes), counts, {}), key=lambda cause: cause.count)
    assert lists.clause == "request.teams.null"
    assert set(items.clauses) == {"request.teams.items.null", "request.teams.items.type"}
    assert len(merged(list(causes), counts | {"request.teams.type": (9, 9)}, {})) == 1


def test_a_field_that_refuses_some_values_has_two() -> None:
    causes = _root_causes(
        ("request.mail.pattern", "accepted", {"mail": "x"}), ("request.mail.type", "accepted", {"mail": 1})
    )
    counts = {"request.mail.pattern": (50, 1), "request.mail.type": (1, 1)}
    assert len(merged(list(causes), counts, {})) == 2


def test_a_response_without_its_members_is_one_root_cause_and_two_missing_members_are_two() -> None:
    names = ("id", "created", "updated", "type", "icon")
    many: list[tuple[str, str, dict[str, Any]]] = [(f"response.201.{name}.required", "missing", {}) for name in names]
    assert len(merged(list(_root_causes(*many)), {}, {})) == 1
    assert len(merged(list(_root_causes(*many[:2])), {}, {})) == 2


def test_two_objects_without_their_members_are_two_root_causes() -> None:
    names = [f"{holder}.{name}" for holder in ("plan", "stats") for name in ("a", "b", "c", "d")]
    assert [len(cause.clauses) for cause in _missing(*names)] == [4, 4]
    (one,) = _missing("a_name", "b_name", "c_name", "d_name", *names)
    assert len(one.clauses) == 12


def _missing(*names: str) -> list[RootCause]:
    seen: list[tuple[str, str, dict[str, Any]]] = [(f"response.201.{name}.required", "missing", {}) for name in names]
    return merged(list(_root_causes(*seen)), {}, {})


def test_a_failure_that_tells_nothing_is_kept_where_no_known_field_explains_it() -> None:
    causes = _root_causes(
        ("service.no_5xx", "500 at /jobs", {"name": "a", "jobs": 1.5}),
        ("service.no_5xx", "500", {"name": "a.b", "jobs": 1.5}),
        ("service.no_5xx", "500", {"name": "a", "jobs": 2.5, "id": ""}),
        ("service.no_5xx", "500", {"name": "\0\0\0\0\0\0\0\0\0\0\0\0"}),
    )
    known, vague = sorted(without_explained(causes, frozenset()), key=lambda cause: cause.cause, reverse=True)
    assert known.cause == "500 at /jobs"
    assert vague.count == 1
    assert vague.exchange is not None
    assert "jobs" not in vague.exchange.body_text


@pytest.mark.parametrize(
    ("first", "second", "clauses"),
    [
        ("500 pool", "500 pool", [("service.no_5xx", "state.external_id_reuse")]),
        ("500 pool", "500 duplicate key", [(), ()]),
        ("500", "500", [(), ()]),  # nothing says that these are the same
    ],
)
def test_a_failure_at_a_second_use_is_that_of_a_first_use_where_the_service_says_the_same(
    first: str, second: str, clauses: list[tuple[str, ...]]
) -> None:
    causes = list(_root_causes(("service.no_5xx", first, {}), ("state.external_id_reuse", second, {})))
    causes[0].failed_again = 1
    assert [cause.clauses for cause in merged(causes, {}, {})] == clauses


def test_failures_with_one_code_at_one_place_are_one_root_cause_in_any_words() -> None:
    def failures(*causes: str, where: str = "/id") -> list[tuple[str, int]]:
        found = RootCauses(Deviations.none())
        for number, cause in enumerate(causes, 1):
            found.add(Finding("service.no_5xx", cause, "e", "r", where), _exchange(number, {}))
        return [(cause.cause, cause.count) for cause in merged(list(found), {}, {})]

    assert failures("500 54000 row is too large", "500 54000 index is full") == [("500 54000 index is full", 2)]
    assert len(failures("500 54000 row is too large", "500 22003 row is too large")) == 2
    assert len(failures("500 row is too large", "500 index is full")) == 2
    assert len(failures("500 54000 row is too large", "500 54000 index is full", where="")) == 2


def test_a_failure_at_a_second_use_is_one_of_those_by_chance_where_there_are_such() -> None:
    causes = list(
        _root_causes(*[("service.no_5xx", "500", {"name": "a"})] * 8, ("state.external_id_reuse", "500", {"name": "b"}))
    )
    causes[0].passed_again = 2
    assert [cause.count for cause in merged(causes, {}, {})] == [9]


def test_types_that_are_converted_in_three_fields_are_one_root_cause() -> None:
    def accepted(fields: int, *kinds: str) -> list[RootCause]:
        causes = RootCauses(Deviations.none())
        for number, name in enumerate(["name", "id", "jobs"][:fields], 1):
            finding = Finding(f"request.{name}.type", "accepted", "e", "r", f"/{name}", ("a JSON number", *kinds))
            causes.add(finding, _exchange(number, {name: 1}))
        return merged(list(causes), {f"request.{name}.type": (9, 1) for name in ("name", "id", "jobs")}, {})

    (one,) = accepted(3, CONVERTED)
    assert set(one.clauses) == {"request.id.type", "request.jobs.type", "request.name.type"}
    assert one.clause == "request.id.type"
    assert len(accepted(2, CONVERTED)) == 2
    assert len(accepted(3)) == 3


def test_conversion_also_accepts_what_no_response_shows_and_parts_of_one_clause() -> None:
    def mistakes(*seen: tuple[str, str, str], broken: int = 1) -> list[set[str]]:
        """The clauses of each root cause."""
        causes = RootCauses(Deviations.none())
        for number, (name, *kinds) in enumerate(seen, 1):
            clause = f"request.{name}.{'null' if 'null' in kinds else 'type'}"
            finding = Finding(clause, "accepted", "e", "r", f"/{name}", tuple(kinds))
            causes.add(finding, _exchange(number, {name: 1}))
        parts = [replace(cause, cases=[cases]) for cause in causes for cases in cause.cases]
        return [set(cause.clauses) for cause in merged(parts, {cause.clause: (9, broken) for cause in parts}, {})]

    fields = [(name, "a JSON number", CONVERTED) for name in ("name", "id", "jobs")]
    hidden, null = ("ids.items", "a JSON number", NOT_SHOWN), ("ids", "null", NOT_SHOWN)
    assert len(mistakes(*fields, hidden)) == 1
    assert len(mistakes(*fields, hidden, broken=9)) == 2
    # Null is converted, too; not in a field that takes every type.
    assert len(mistakes(*fields, null, broken=9)) == 1
    assert {f"request.{name}.type" for name in ("name", "id", "jobs")} in mistakes(*fields, hidden, null, broken=9)
    assert len(mistakes(fields[0], hidden)) == 2
    assert len(mistakes(fields[0], ("name", "a JSON boolean", CONVERTED))) == 1
    assert len(mistakes(("name", "a JSON number", ""), ("name", "a JSON boolean", ""))) == 2


def test_a_required_field_explains_no_failure() -> None:
    causes = _root_causes(
        ("service.no_5xx", "500 at /name", {"name": "\0"}),
        ("service.no_5xx", "500", {"name": "plain", "id": "", "data": {}}),
        ("service.no_5xx", "500", {"name": "plain", "jobs": 1.5}),
    )
    assert {cause.cause for cause in without_explained(causes, frozenset({"name"}))} == {"500 at /name", "500"}


def test_a_failure_that_was_attributed_to_the_wrong_field_is_one_of_those_that_tell_nothing() -> None:
    causes = _root_causes(
        ("service.no_5xx", "500 at /name", {"name": "longer"}),
        ("service.no_5xx", "500", {"name": "plain", "jobs": 1.5}),
        ("service.no_5xx", "500 at /jobs", {"jobs": 1}),
    )
    causes.rename_cause("service.no_5xx", "500 at /name", "500")
    causes.rename_cause("service.no_5xx", "500 at /jobs", "500")
    [cause] = without_explained(causes, frozenset())
    assert (cause.cause, cause.count) == ("500", 3)
    assert cause.exchange is not None
    assert json.loads(cause.exchange.body_text) == {"jobs": 1}


def test_failures_by_chance_are_one_root_cause_and_those_of_a_field_another() -> None:
    causes = list(
        _root_causes(
            *[("service.no_5xx", "500", {"name": "a", "jobs": 1})] * 12,
            ("service.no_5xx", "500 at /name", {"name": "."}),
            *[("service.no_5xx", "500 at /jobs", {"jobs": 9})] * 8,
        )
    )
    causes[0].passed_again = 2
    assert sorted(cause.count for cause in merged(causes, {}, {})) == [8, 13]


def test_a_field_that_comes_back_in_no_response_goes_with_the_members_that_are_missing() -> None:
    causes = RootCauses(Deviations.none())
    for number, name in enumerate(("id", "created", "type", "plan"), 1):
        causes.add(Finding(f"response.201.{name}.required", "missing", "e", "r"), _exchange(number, {}))
    left_out = Finding("response.201.metadata.echo", "changed", "e", "nothing", "/metadata", ("left out",))
    causes.add(left_out, _exchange(5, {"metadata": {}}))
    (found,) = merged(list(causes), {}, {})
    assert left_out.clause in found.clauses


def test_what_is_reattributed_to_another_clause_is_not_the_case_that_is_shown() -> None:
    small, large = _exchange(1, {}), _exchange(2, {"mail": "a longer one"})
    finding = Finding("request.combination", "refused", "201", "400")
    causes = RootCauses(Deviations.none())
    causes.add(finding, small)
    causes.add(finding, large)
    causes.remove(finding, small)
    (cause,) = causes
    assert (cause.count, cause.exchange) == (1, large)
    causes.remove(finding, large)
    assert list(causes) == []


def test_mixed_up_requests_are_one_root_cause_beside_mistakes_that_fail_again_or_always() -> None:
    own = "response.201.answers_own_request"
    seen = [(own, "another", {"n": n}) for n in range(40)]
    seen += [(f"request.{name}.type", "accepted", {name: 1}) for name in ("one", "two", "three", "four", "five")]
    seen += [("request.six.type", "refused", {"six": n}) for n in range(6)]
    causes = list(_root_causes(*seen, *(("state.overlap", "refused", {"n": n}) for n in range(30))))
    counts = {f"request.{name}.type": (10, 1) for name in ("one", "two", "three", "five")}
    counts["request.four.type"] = (2, 2)
    causes[5].failed_again = 1
    found = {cause.clause: cause for cause in merged(causes, counts, {})}
    assert found.keys() == {own, "request.four.type", "request.five.type"}
    assert len(found[own].clauses) == 6
    few = list(_root_causes(*seen[:3], *seen[40:]))
    assert len(merged(few, counts, {})) == len(few)


def test_what_is_taken_from_the_body_is_one_root_cause_whatever_it_breaks() -> None:
    causes = RootCauses(Deviations.none())
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("type.enum", {"type": "x"}),
        ("plan.name.type", {"plan": {"name": 5}}),
        ("id.unique", {"id": "A"}),
    ]
    for number, (clause, body) in enumerate([*wrong, ("icon.null", {"icon": 1})]):
        shown = {"type": "TEAM", **body, "icon": None, "plan": {"id": "P", **body.get("plan", {})}}
        case, response = Case(json.dumps(body).encode()), Response(201, (), json.dumps(shown).encode())
        exchange = Exchange(case, response, started=1.0, number=number)
        causes.add(Finding(f"response.201.{clause}", "wrong", "e", "r"), ExchangeRecord.of(exchange))
    own = frozenset({"type", "plan", "icon", "id"})
    assert sorted(len(cause.clauses) for cause in merged(list(causes), {}, {}, own)) == [0, 3]
    assert len(merged(list(causes), {}, {}, frozenset({"type", "icon"}))) == 4


def test_instants_that_are_written_in_one_wrong_way_are_one_root_cause() -> None:
    causes = RootCauses(Deviations.none())
    for name, text in [("created", "2026-11-27 07:19"), ("updated", "2026-11-28 08:20"), ("plan.created", "27.11.26")]:
        causes.add(Finding(f"response.201.{name}.instant", "format", "e", text), _exchange(1, {}))
    assert sorted(len(cause.clauses) for cause in merged(list(causes), {}, {})) == [0, 2]


def test_ids_of_one_other_format_are_one_root_cause() -> None:
    causes = RootCauses(Deviations.none())
    shown = {"id": "prj_7Gx (7 characters)", "plan.id": "pln_0aQ (7 characters)", "ownerId": "me@b.co (7 characters)"}
    for name, text in shown.items():
        causes.add(Finding(f"response.201.{name}.idFormat", "format", "21 letters and digits", text), _exchange(1, {}))
    assert sorted(cause.clauses for cause in merged(list(causes), {}, {})) == [
        (),
        ("response.201.id.idFormat", "response.201.plan.id.idFormat"),
    ]


@pytest.mark.parametrize(
    ("message", "failed_again", "clauses"),
    [
        ("400 code is too long", 0, ("request.code.type", "request.combination")),
        ("400 code is too long", 1, ()),  # looked into: no field alone is refused
        ("400 body is invalid", 0, ()),  # of which field?
        ("400 code is no name", 0, ()),
    ],
)
def test_a_refusal_that_nobody_looked_into_is_that_of_the_field_that_the_service_names_for_both(
    message: str, failed_again: int, clauses: tuple[str, ...]
) -> None:
    causes = RootCauses(Deviations.none())
    said = message if message.startswith("400 body") else "400 code is too long"
    for number, (clause, text) in enumerate((("request.code.type", said), ("request.combination", message)), 1):
        kinds = (text, "any request with a comma")
        causes.add(Finding(clause, "refused", "201", "400", "", kinds), _exchange(number, {"code": "x"}))
    for cause in causes:
        cause.failed_again = failed_again
    found = merged(list(causes), {}, {"any request with a comma": 3})
    assert found[0].clauses == clauses
    assert len(found) == (1 if clauses else 2)


def test_refusals_with_a_2xx_are_one_root_cause_and_a_value_that_is_stored_is_another() -> None:
    causes = RootCauses(Deviations.none())
    for number, (clause, status) in enumerate(
        [
            ("request.name.pattern", 200),
            ("request.mail.type", 202),
            ("request.jobs.null", 200),
            ("request.tags.null", 201),
        ]
    ):
        kinds = (NO_PROJECT,) if status != 201 else ()
        causes.add(Finding(clause, "accepted", "a 4xx", str(status), "", kinds), _exchange(number, {}))
    found = {cause.kind: len(cause.clauses or "1") for cause in merged(list(causes), {}, {})}
    assert found == {NO_PROJECT: 3, "": 1}


def test_a_server_error_that_shows_internals_is_one_root_cause_and_a_leak_of_others_is_another() -> None:
    error, leak = ("service.no_5xx", "500 stop at /jobs"), ("service.error_leaks_nothing", "SQL")

    def found(*clauses: list[tuple[str, str]]) -> int:
        causes = RootCauses(Deviations.none())
        for number, broken in enumerate(clauses):
            for clause, cause in broken:
                causes.add(Finding(clause, cause, "e", "r"), _exchange(number, {"jobs": number}))
        return len(merged(list(causes), {}, {}))

    assert found([error, leak], [error, leak]) == 1
    assert found([error], [leak]) == found([error, leak], [error], [leak]) == 2


def test_a_member_that_is_shown_wrong_and_reads_back_right_is_one_root_cause() -> None:
    echo: tuple[str, str, dict[str, Any]] = ("response.201.team.echo", "changed", {})
    assert len(merged(list(_root_causes(echo, ("state.reads_back", "team differs", {}))), {}, {})) == 1
    assert len(merged(list(_root_causes(echo, ("state.reads_back", "gone", {}))), {}, {})) == 2


def test_failures_of_a_value_are_one_root_cause_where_another_field_is_invalid_or_open_too() -> None:
    causes = RootCauses(Deviations.none())
    seen: list[tuple[str, dict[str, Any]]] = [("500 at /name", {"name": "\0."}), ("500", {"name": "\0", "jobs": 1})]
    for number, (cause, body) in enumerate(seen):
        exchange = _exchange(number, body)
        name = "name" if " at " in cause else ""
        causes.add(
            Finding("service.no_5xx", cause, "e", "r", "", kinds_of_failing(exchange.case, body, name)), exchange
        )
    accepted = {"in name: any value": 9, "in name: a JSON string": 9, f"{ANYWHERE}U+0000": 1}
    (one,) = merged(list(causes), {}, accepted)
    assert one.count == 2


def test_a_project_that_is_gone_does_not_follow_from_a_wrong_clock_and_another_time_of_it_does() -> None:
    clock: tuple[str, str, dict[str, Any]] = ("response.201.created.clock", "far", {})
    differs: tuple[str, str, dict[str, Any]] = ("state.reads_back", "created differs", {})
    gone: tuple[str, str, dict[str, Any]] = ("state.reads_back", "gone", {})
    causes = _root_causes(clock, differs)
    assert causes.drop_consequences() == {
        "state.reads_back": "1 findings that may follow from response.201.created.clock"
    }
    causes = _root_causes(clock, differs, gone)
    assert causes.drop_consequences() == {}
    assert {cause.cause for cause in causes} == {"far", "gone"}


@pytest.mark.parametrize(("cause", "left"), [("another", set()), ("default changes", {"response.201.name.echo"})])
def test_changed_values_follow_from_mixed_up_responses_and_not_from_a_default_that_changes(
    cause: str, left: set[str]
) -> None:
    own = "response.201.answers_own_request"
    causes = _root_causes((own, cause, {}), ("response.201.name.echo", "changed", {}))
    causes.drop_consequences()
    assert {found.clause for found in causes} == {own} | left


def test_a_default_that_changes_follows_from_mixed_up_responses() -> None:
    own = "response.201.answers_own_request"
    causes = _root_causes((own, "another", {}), (own, "default changes", {}))
    causes.drop_consequences()
    assert [found.cause for found in causes] == ["another"]
