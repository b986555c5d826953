"""Members of a 201 response that are missing or null."""

from __future__ import annotations

from tests.mock.mistakes import Members, answers, sent, sets, without

answers(breaks="response.201.id.required").each(leaves_out_id=without("id"))
answers(breaks="response.201.created.required").each(leaves_out_created=without("created"))
answers(breaks="response.201.updated.required").each(leaves_out_updated=without("updated"))
answers(breaks="response.201.ownerId.required").each(leaves_out_owner_id=without("ownerId"))
answers(breaks="response.201.displayName.required").each(leaves_out_display_name=without("displayName"))


@answers(breaks="response.201.displayName.required")
def calls_display_name_name(answer: Members) -> None:
    """Answers name instead of displayName."""
    answer["name"] = answer.pop("displayName")


@answers(breaks="response.201.platformId.required")
def writes_platform_id_in_snake_case(answer: Members) -> None:
    """Answers platform_id instead of platformId."""
    answer["platform_id"] = answer.pop("platformId")


# as the example on the page does
answers(breaks="response.201.type.required").each(leaves_out_type=without("type"))
answers(breaks="response.201.icon.required").each(leaves_out_icon=without("icon"))
answers(breaks="response.201.releasesEnabled.required").each(leaves_out_releases_enabled=without("releasesEnabled"))
answers(breaks="response.201.plan.required").each(leaves_out_plan=without("plan"))
answers(breaks="response.201.analytics.required").each(leaves_out_analytics=without("analytics"))

answers(breaks="response.201.analytics.required", when=sent("metadata")).each(
    leaves_out_analytics_with_metadata=without("analytics"),
)

answers(breaks="response.201.type.required", when=sent("externalId")).each(
    leaves_out_type_with_external_id=without("type"),
)

answers(breaks="response.201.updated.required", intermittent=True).each(
    leaves_out_updated_now_and_then=without("updated"),
)

answers(breaks="response.201.plan.projectId.required").each(leaves_out_plan_project_id=without("plan.projectId"))
answers(breaks="response.201.plan.pieces.required").each(leaves_out_empty_plan_pieces=without("plan.pieces"))
answers(breaks="response.201.plan.locked.required").each(leaves_out_plan_locked=without("plan.locked"))

answers(breaks="response.201.analytics.activeFlows.required").each(
    leaves_out_active_flows=without("analytics.activeFlows"),
)

answers(breaks="response.201.plan.name.required", when=sent("alertReceiverEmail")).each(
    leaves_out_plan_name_with_email=without("plan.name"),
)

answers(breaks="response.201.ownerId.null").each(answers_null_owner_id=sets("ownerId", None))
answers(breaks="response.201.icon.null").each(answers_null_icon=sets("icon", None))
answers(breaks="response.201.type.null").each(answers_null_type=sets("type", None))

answers(breaks="response.201.metadata.null", when=lambda sent: sent.get("metadata") is None).each(
    answers_null_metadata_where_none_was_sent=sets("metadata", None),
)

answers(
    breaks="response.201.releasesEnabled.null",
    when=lambda sent: "maxConcurrentJobs" in sent and sent["maxConcurrentJobs"] is None,
).each(
    answers_null_releases_enabled_with_null_jobs=sets("releasesEnabled", None),
)

answers(breaks="response.201.plan.name.null").each(answers_null_plan_name=sets("plan.name", None))
answers(breaks="response.201.plan.pieces.null").each(answers_null_plan_pieces=sets("plan.pieces", None))
answers(breaks="response.201.plan.null", intermittent=True).each(answers_null_plan_now_and_then=sets("plan", None))

answers(
    breaks="response.201.analytics.totalUsers.null", when=lambda sent: bool(sent.get("globalConnectionExternalIds"))
).each(
    answers_null_total_users_with_connections=sets("analytics.totalUsers", None),
)

# because nothing was updated yet
answers(breaks="response.201.updated.null").each(answers_null_updated_until_the_first_change=sets("updated", None))

answers(breaks="response.201.plan.pieces.items.null").each(
    answers_null_among_the_pieces=sets("plan.pieces", ["@activepieces/piece-http", None]),
)
