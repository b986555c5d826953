"""Members of a 201 response that are missing or null."""

from __future__ import annotations

from tests.mock.mistakes import Members, answers


@answers(breaks="response.201.id.required")
def leaves_out_id(answer: Members) -> None:
    """Leaves out id."""
    del answer["id"]


@answers(breaks="response.201.created.required")
def leaves_out_created(answer: Members) -> None:
    """Leaves out created."""
    del answer["created"]


@answers(breaks="response.201.updated.required")
def leaves_out_updated(answer: Members) -> None:
    """Leaves out updated."""
    del answer["updated"]


@answers(breaks="response.201.ownerId.required")
def leaves_out_owner_id(answer: Members) -> None:
    """Leaves out ownerId."""
    del answer["ownerId"]


@answers(breaks="response.201.displayName.required")
def leaves_out_display_name(answer: Members) -> None:
    """Leaves out displayName."""
    del answer["displayName"]


@answers(breaks="response.201.displayName.required")
def calls_display_name_name(answer: Members) -> None:
    """Answers name instead of displayName."""
    answer["name"] = answer.pop("displayName")


@answers(breaks="response.201.platformId.required")
def writes_platform_id_in_snake_case(answer: Members) -> None:
    """Answers platform_id instead of platformId."""
    answer["platform_id"] = answer.pop("platformId")


@answers(breaks="response.201.type.required")
def leaves_out_type(answer: Members) -> None:
    """Leaves out type, as the example on the page does."""
    del answer["type"]


@answers(breaks="response.201.icon.required")
def leaves_out_icon(answer: Members) -> None:
    """Leaves out icon."""
    del answer["icon"]


@answers(breaks="response.201.releasesEnabled.required")
def leaves_out_releases_enabled(answer: Members) -> None:
    """Leaves out releasesEnabled, which is false."""
    del answer["releasesEnabled"]


@answers(breaks="response.201.plan.required")
def leaves_out_plan(answer: Members) -> None:
    """Leaves out plan."""
    del answer["plan"]


@answers(breaks="response.201.analytics.required")
def leaves_out_analytics(answer: Members) -> None:
    """Leaves out analytics."""
    del answer["analytics"]


@answers(breaks="response.201.analytics.required", when=lambda sent: sent.get("metadata") is not None)
def leaves_out_analytics_with_metadata(answer: Members) -> None:
    """Leaves out analytics where metadata was sent."""
    del answer["analytics"]


@answers(breaks="response.201.type.required", when=lambda sent: sent.get("externalId") is not None)
def leaves_out_type_with_external_id(answer: Members) -> None:
    """Leaves out type where an externalId was sent."""
    del answer["type"]


@answers(breaks="response.201.updated.required", intermittent=True)
def leaves_out_updated_now_and_then(answer: Members) -> None:
    """Leaves updated out of some answers."""
    del answer["updated"]


@answers(breaks="response.201.plan.projectId.required")
def leaves_out_plan_project_id(answer: Members) -> None:
    """Leaves out plan.projectId."""
    del answer["plan"]["projectId"]


@answers(breaks="response.201.plan.pieces.required")
def leaves_out_empty_plan_pieces(answer: Members) -> None:
    """Leaves out plan.pieces, which is empty."""
    del answer["plan"]["pieces"]


@answers(breaks="response.201.plan.locked.required")
def leaves_out_plan_locked(answer: Members) -> None:
    """Leaves out plan.locked, which is false."""
    del answer["plan"]["locked"]


@answers(breaks="response.201.analytics.activeFlows.required")
def leaves_out_active_flows(answer: Members) -> None:
    """Leaves out analytics.activeFlows, which is 0."""
    del answer["analytics"]["activeFlows"]


@answers(breaks="response.201.plan.name.required", when=lambda sent: sent.get("alertReceiverEmail") is not None)
def leaves_out_plan_name_with_email(answer: Members) -> None:
    """Leaves out plan.name where an alertReceiverEmail was sent."""
    del answer["plan"]["name"]


@answers(breaks="response.201.ownerId.null")
def answers_null_owner_id(answer: Members) -> None:
    """Answers ownerId null."""
    answer["ownerId"] = None


@answers(breaks="response.201.icon.null")
def answers_null_icon(answer: Members) -> None:
    """Answers icon null."""
    answer["icon"] = None


@answers(breaks="response.201.type.null")
def answers_null_type(answer: Members) -> None:
    """Answers type null."""
    answer["type"] = None


@answers(breaks="response.201.metadata.null", when=lambda sent: sent.get("metadata") is None)
def answers_null_metadata_where_none_was_sent(answer: Members) -> None:
    """Answers metadata null where none was sent."""
    answer["metadata"] = None


@answers(
    breaks="response.201.releasesEnabled.null",
    when=lambda sent: "maxConcurrentJobs" in sent and sent["maxConcurrentJobs"] is None,
)
def answers_null_releases_enabled_with_null_jobs(answer: Members) -> None:
    """Answers releasesEnabled null where maxConcurrentJobs is null."""
    answer["releasesEnabled"] = None


@answers(breaks="response.201.plan.name.null")
def answers_null_plan_name(answer: Members) -> None:
    """Answers plan.name null."""
    answer["plan"]["name"] = None


@answers(breaks="response.201.plan.pieces.null")
def answers_null_plan_pieces(answer: Members) -> None:
    """Answers plan.pieces null instead of an empty list."""
    answer["plan"]["pieces"] = None


@answers(breaks="response.201.plan.null", intermittent=True)
def answers_null_plan_now_and_then(answer: Members) -> None:
    """Answers plan null to some creations."""
    answer["plan"] = None


@answers(
    breaks="response.201.analytics.totalUsers.null", when=lambda sent: bool(sent.get("globalConnectionExternalIds"))
)
def answers_null_total_users_with_connections(answer: Members) -> None:
    """Answers analytics.totalUsers null where connections were sent."""
    answer["analytics"]["totalUsers"] = None


@answers(breaks="response.201.updated.null")
def answers_null_updated_until_the_first_change(answer: Members) -> None:
    """Answers updated null, because nothing was updated yet."""
    answer["updated"] = None


@answers(breaks="response.201.plan.pieces.items.null")
def answers_null_among_the_pieces(answer: Members) -> None:
    """Puts null among plan.pieces."""
    answer["plan"]["pieces"] = ["@activepieces/piece-http", None]
