"""Members of a 201 response that have another JSON type."""

from __future__ import annotations

from tests.mock.json_codec import dumps
from tests.mock.mistakes import answers, becomes, sent, sets

_EPOCH = 1_790_000_000_000


answers(breaks="response.201.created.type").each(answers_created_as_a_number=sets("created", _EPOCH))

answers(breaks="response.201.updated.type").each(
    answers_updated_as_an_object=becomes("updated", lambda value: {"$date": value}),
)

answers(breaks="response.201.id.type").each(
    answers_id_as_a_number=becomes("id", lambda value: 1 + sum(map(ord, value))),
)

answers(breaks="response.201.ownerId.type").each(
    answers_owner_as_an_object=becomes("ownerId", lambda value: {"id": value}),
)

answers(breaks="response.201.platformId.type").each(
    answers_platform_id_in_a_list=becomes("platformId", lambda value: [value]),
)

answers(breaks="response.201.releasesEnabled.type").each(
    answers_releases_enabled_as_text=sets("releasesEnabled", "false"),
    answers_releases_enabled_as_0=sets("releasesEnabled", 0),
)

answers(
    breaks="response.201.releasesEnabled.type",
    when=lambda sent: sent.get("metadata") is not None and sent.get("externalId") is not None,
).each(
    answers_releases_enabled_as_0_with_metadata_and_external_id=sets("releasesEnabled", 0),
)

answers(breaks="response.201.icon.type").each(
    answers_icon_as_text=becomes("icon", lambda value: value["color"]),
    # as PHP does for an array without keys
    answers_icon_as_a_list=sets("icon", []),
)

answers(breaks="response.201.plan.type").each(
    # as a join of tables gives it
    answers_plan_in_a_list=becomes("plan", lambda value: [value]),
    answers_plan_as_json_text=becomes("plan", lambda value: dumps(value).decode()),
)

answers(breaks="response.201.analytics.type").each(
    answers_analytics_as_a_list=becomes("analytics", lambda value: list(value.values())),
)

answers(breaks="response.201.analytics.totalUsers.type").each(
    # as a database driver gives a count
    answers_total_users_as_text=sets("analytics.totalUsers", "0"),
)

answers(breaks="response.201.analytics.activeFlows.type").each(
    answers_active_flows_as_false=sets("analytics.activeFlows", False),
)

answers(breaks="response.201.plan.locked.type").each(answers_plan_locked_as_0=sets("plan.locked", 0))
answers(breaks="response.201.plan.pieces.type").each(answers_plan_pieces_as_an_object=sets("plan.pieces", {}))

answers(
    breaks="response.201.plan.pieces.items.type",
    when=lambda sent: len(sent.get("globalConnectionExternalIds") or []) > 1,
).each(
    answers_plan_pieces_as_numbers_with_connections=sets("plan.pieces", [1, 2]),
)

answers(breaks="response.201.plan.name.type").each(answers_plan_name_as_a_number=sets("plan.name", 4))

answers(breaks="response.201.plan.created.type", intermittent=True).each(
    answers_plan_created_as_a_number_now_and_then=sets("plan.created", _EPOCH),
)

answers(breaks="response.201.maxConcurrentJobs.type", when=sent("maxConcurrentJobs")).each(
    # as a database driver gives a decimal
    answers_max_concurrent_jobs_as_text=becomes("maxConcurrentJobs", str),
)

answers(breaks="response.201.maxConcurrentJobs.type", when=lambda sent: sent.get("maxConcurrentJobs") is None).each(
    answers_missing_max_concurrent_jobs_as_false=sets("maxConcurrentJobs", False),
)

answers(
    breaks="response.201.externalId.type",
    when=lambda sent: isinstance(sent.get("externalId"), str) and _digits(sent["externalId"]),
).each(
    answers_numeric_external_id_as_a_number=becomes("externalId", int),
)

answers(breaks="response.201.displayName.type", when=lambda sent: _digits(sent["displayName"])).each(
    answers_numeric_display_name_as_a_number=becomes("displayName", int),
)


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


answers(breaks="response.201.metadata.type", when=sent("metadata")).each(
    answers_metadata_as_json_text=becomes("metadata", lambda value: dumps(value).decode()),
)

answers(breaks="response.201.metadata.type", when=lambda sent: sent.get("metadata") == {}).each(
    # as PHP does
    answers_empty_metadata_as_a_list=sets("metadata", []),
)

answers(breaks="response.201.poolId.type").each(answers_pool_id_as_a_number=sets("poolId", 0))
