"""Members of a 201 response that violate their pattern or enum, or are not counts."""

from __future__ import annotations

import uuid

from tests.mock.mistakes import Members, answers, becomes, sent, sets

answers(breaks="response.201.type.enum").each(
    answers_type_in_lower_case=becomes("type", lambda value: value.lower()),
    answers_a_type_that_is_not_an_option=sets("type", "STANDARD"),
)

answers(breaks="response.201.type.enum", when=lambda sent: bool(sent.get("externalId"))).each(
    answers_type_platform_managed_with_external_id=sets("type", "PLATFORM_MANAGED"),
)

answers(breaks="response.201.type.enum", intermittent=True).each(answers_an_empty_type_now_and_then=sets("type", ""))

answers(breaks="response.201.platformId.pattern").each(
    answers_platform_id_of_20_characters=becomes("platformId", lambda value: value[:20]),
    answers_platform_id_of_22_characters=becomes("platformId", lambda value: value + "0"),
    answers_platform_id_with_a_line_break=becomes("platformId", lambda value: value + "\n"),
    answers_platform_id_with_a_hyphen=becomes("platformId", lambda value: value[:10] + "-" + value[11:]),
    answers_platform_id_as_a_uuid=becomes("platformId", lambda value: str(uuid.uuid5(uuid.NAMESPACE_OID, value))),
    answers_platform_id_with_a_letter_beyond_ascii=becomes("platformId", lambda value: value[:20] + "é"),
)

answers(breaks="response.201.poolId.pattern").each(
    answers_pool_id_as_a_word=sets("poolId", "default"),
    answers_an_empty_pool_id=sets("poolId", ""),
)


@answers(breaks="response.201.poolId.pattern", when=sent("maxConcurrentJobs"))
def answers_pool_id_with_a_prefix_for_limited_projects(answer: Members) -> None:
    """Answers a poolId with a prefix where maxConcurrentJobs was sent."""
    answer["poolId"] = "pool_" + answer["id"][:16]


@answers(breaks="response.201.poolId.pattern", when=lambda sent: (sent.get("maxConcurrentJobs") or 0) > 100)
def answers_pool_id_as_a_uuid_for_large_projects(answer: Members) -> None:
    """Answers poolId as a UUID where maxConcurrentJobs is above 100."""
    answer["poolId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, answer["id"]))


answers(breaks="response.201.analytics.activeFlows.count").each(
    answers_minus_one_active_flows=sets("analytics.activeFlows", -1),
)

# as a mean of two days
answers(breaks="response.201.analytics.totalUsers.count").each(answers_half_a_user=sets("analytics.totalUsers", 0.5))

answers(breaks="response.201.analytics.activeUsers.count", when=sent("alertReceiverEmail")).each(
    answers_minus_one_active_users_with_email=sets("analytics.activeUsers", -1),
)

answers(breaks="response.201.analytics.totalFlows.count", intermittent=True).each(
    answers_a_fraction_of_flows_now_and_then=sets("analytics.totalFlows", 1.5),
)
