"""Every further way in which a member of a 201 response can be missing, null or of another type."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.mock import refusals
from tests.mock.mistakes import Members, answers, refuse_with, sent, sets, when, without
from tests.mock.registry import fault

if TYPE_CHECKING:
    from tests.mock.call import Call


answers(breaks="response.201.id.null").each(answers_null_id=sets("id", None))
answers(breaks="response.201.created.null").each(answers_null_created=sets("created", None))
answers(breaks="response.201.displayName.null").each(answers_null_display_name=sets("displayName", None))
answers(breaks="response.201.platformId.null").each(answers_null_platform_id=sets("platformId", None))
answers(breaks="response.201.analytics.null").each(answers_null_analytics=sets("analytics", None))
answers(breaks="response.201.type.type").each(answers_type_as_a_number=sets("type", 1))
answers(breaks="response.201.plan.id.required").each(leaves_out_plan_id=without("plan.id"))
answers(breaks="response.201.plan.id.null").each(answers_null_plan_id=sets("plan.id", None))
answers(breaks="response.201.plan.id.type").each(answers_plan_id_as_a_number=sets("plan.id", 17))
answers(breaks="response.201.plan.created.required").each(leaves_out_plan_created=without("plan.created"))
answers(breaks="response.201.plan.created.null").each(answers_null_plan_created=sets("plan.created", None))
answers(breaks="response.201.plan.updated.required").each(leaves_out_plan_updated=without("plan.updated"))
# because the plan never changed
answers(breaks="response.201.plan.updated.null").each(answers_null_plan_updated=sets("plan.updated", None))
# because the plan never changed
answers(breaks="response.201.plan.updated.type").each(answers_plan_updated_as_false=sets("plan.updated", False))
answers(breaks="response.201.plan.locked.null").each(answers_null_plan_locked=sets("plan.locked", None))
answers(breaks="response.201.plan.projectId.null").each(answers_null_plan_project_id=sets("plan.projectId", None))


@answers(breaks="response.201.plan.projectId.type")
def answers_plan_project_id_as_an_object(answer: Members) -> None:
    """Answers plan.projectId as an object that holds the id."""
    answer["plan"]["projectId"] = {"id": answer["id"]}


answers(breaks="response.201.analytics.totalUsers.required").each(
    leaves_out_total_users=without("analytics.totalUsers"),
)

answers(breaks="response.201.analytics.activeUsers.required").each(
    leaves_out_active_users=without("analytics.activeUsers"),
)

answers(breaks="response.201.analytics.activeUsers.null").each(
    answers_null_active_users=sets("analytics.activeUsers", None),
)

answers(breaks="response.201.analytics.activeUsers.type").each(
    answers_active_users_as_a_list=sets("analytics.activeUsers", []),
)

answers(breaks="response.201.analytics.totalFlows.required").each(
    leaves_out_total_flows=without("analytics.totalFlows"),
)

answers(breaks="response.201.analytics.totalFlows.null").each(
    answers_null_total_flows=sets("analytics.totalFlows", None),
)

answers(breaks="response.201.analytics.totalFlows.type").each(
    answers_total_flows_as_text=sets("analytics.totalFlows", ""),
)

answers(breaks="response.201.analytics.activeFlows.null").each(
    answers_null_active_flows=sets("analytics.activeFlows", None),
)


@fault("storing", breaks="response.201.displayName.echo")
def binds_members_in_any_case(call: Call) -> None:
    """Treats a member named DisplayName as displayName, as a binder does that is careless of case."""
    if isinstance(call.value, dict) and isinstance(call.value.get("DisplayName"), str):
        call.fields["displayName"] = call.value["DisplayName"]


fault("storing", breaks="service.no_5xx").each(
    # the page does not list
    fails_with_a_pool_of_another_type=when(
        lambda call: isinstance(call.value, dict) and isinstance(call.value.get("poolId"), str),
        refuse_with(refusals.internal_error),
    ),
)


@answers(breaks="response.201.displayName.echo", when=sent("metadata"))
def spreads_metadata_over_the_response(answer: Members) -> None:
    """Answers with the members of metadata in place of those of the project that have the same name."""
    answer.update(answer["metadata"])


@fault("storing", breaks="response.201.displayName.echo")
def stores_members_of_metadata_as_columns(call: Call) -> None:
    """Stores texts in metadata that are named displayName and externalId as those of the project."""
    metadata = call.fields.get("metadata") or {}
    for name in ("displayName", "externalId"):
        if isinstance(metadata.get(name), str):
            call.fields[name] = metadata[name]
