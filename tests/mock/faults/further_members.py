"""Every further way in which a member of a 201 response can be missing, null or of another type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import Members, answers
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call


@answers(breaks="response.201.id.null")
def answers_null_id(answer: Members) -> None:
    """Answers id null."""
    answer["id"] = None


@answers(breaks="response.201.created.null")
def answers_null_created(answer: Members) -> None:
    """Answers created null."""
    answer["created"] = None


@answers(breaks="response.201.displayName.null")
def answers_null_display_name(answer: Members) -> None:
    """Answers displayName null."""
    answer["displayName"] = None


@answers(breaks="response.201.platformId.null")
def answers_null_platform_id(answer: Members) -> None:
    """Answers platformId null."""
    answer["platformId"] = None


@answers(breaks="response.201.analytics.null")
def answers_null_analytics(answer: Members) -> None:
    """Answers analytics null."""
    answer["analytics"] = None


@answers(breaks="response.201.type.type")
def answers_type_as_a_number(answer: Members) -> None:
    """Answers type as the number of its option."""
    answer["type"] = 1


@answers(breaks="response.201.plan.id.required")
def leaves_out_plan_id(answer: Members) -> None:
    """Leaves out plan.id."""
    del answer["plan"]["id"]


@answers(breaks="response.201.plan.id.null")
def answers_null_plan_id(answer: Members) -> None:
    """Answers plan.id null."""
    answer["plan"]["id"] = None


@answers(breaks="response.201.plan.id.type")
def answers_plan_id_as_a_number(answer: Members) -> None:
    """Answers plan.id as a number."""
    answer["plan"]["id"] = 17


@answers(breaks="response.201.plan.created.required")
def leaves_out_plan_created(answer: Members) -> None:
    """Leaves out plan.created."""
    del answer["plan"]["created"]


@answers(breaks="response.201.plan.created.null")
def answers_null_plan_created(answer: Members) -> None:
    """Answers plan.created null."""
    answer["plan"]["created"] = None


@answers(breaks="response.201.plan.updated.required")
def leaves_out_plan_updated(answer: Members) -> None:
    """Leaves out plan.updated."""
    del answer["plan"]["updated"]


@answers(breaks="response.201.plan.updated.null")
def answers_null_plan_updated(answer: Members) -> None:
    """Answers plan.updated null, because the plan never changed."""
    answer["plan"]["updated"] = None


@answers(breaks="response.201.plan.updated.type")
def answers_plan_updated_as_false(answer: Members) -> None:
    """Answers plan.updated false, because the plan never changed."""
    answer["plan"]["updated"] = False


@answers(breaks="response.201.plan.locked.null")
def answers_null_plan_locked(answer: Members) -> None:
    """Answers plan.locked null."""
    answer["plan"]["locked"] = None


@answers(breaks="response.201.plan.projectId.null")
def answers_null_plan_project_id(answer: Members) -> None:
    """Answers plan.projectId null."""
    answer["plan"]["projectId"] = None


@answers(breaks="response.201.plan.projectId.type")
def answers_plan_project_id_as_an_object(answer: Members) -> None:
    """Answers plan.projectId as an object that holds the id."""
    answer["plan"]["projectId"] = {"id": answer["id"]}


@answers(breaks="response.201.analytics.totalUsers.required")
def leaves_out_total_users(answer: Members) -> None:
    """Leaves out analytics.totalUsers."""
    del answer["analytics"]["totalUsers"]


@answers(breaks="response.201.analytics.activeUsers.required")
def leaves_out_active_users(answer: Members) -> None:
    """Leaves out analytics.activeUsers."""
    del answer["analytics"]["activeUsers"]


@answers(breaks="response.201.analytics.activeUsers.null")
def answers_null_active_users(answer: Members) -> None:
    """Answers analytics.activeUsers null."""
    answer["analytics"]["activeUsers"] = None


@answers(breaks="response.201.analytics.activeUsers.type")
def answers_active_users_as_a_list(answer: Members) -> None:
    """Answers analytics.activeUsers as an empty list of users."""
    answer["analytics"]["activeUsers"] = []


@answers(breaks="response.201.analytics.totalFlows.required")
def leaves_out_total_flows(answer: Members) -> None:
    """Leaves out analytics.totalFlows."""
    del answer["analytics"]["totalFlows"]


@answers(breaks="response.201.analytics.totalFlows.null")
def answers_null_total_flows(answer: Members) -> None:
    """Answers analytics.totalFlows null."""
    answer["analytics"]["totalFlows"] = None


@answers(breaks="response.201.analytics.totalFlows.type")
def answers_total_flows_as_text(answer: Members) -> None:
    """Answers analytics.totalFlows as an empty text."""
    answer["analytics"]["totalFlows"] = ""


@answers(breaks="response.201.analytics.activeFlows.null")
def answers_null_active_flows(answer: Members) -> None:
    """Answers analytics.activeFlows null."""
    answer["analytics"]["activeFlows"] = None


@fault("storing", breaks="response.201.displayName.echo")
def binds_members_in_any_case(call: Call) -> None:
    """Takes a member named DisplayName for displayName, as a binder does that is careless of case."""
    if isinstance(call.value, dict) and isinstance(call.value.get("DisplayName"), str):
        call.fields["displayName"] = call.value["DisplayName"]


@fault("storing", breaks="service.no_5xx")
def fails_with_a_pool_of_another_type(call: Call) -> None:
    """Answers 500 where the body has a text as poolId, which the page does not list."""
    if isinstance(call.value, dict) and isinstance(call.value.get("poolId"), str):
        call.refusal = refusals.internal_error()
