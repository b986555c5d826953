"""Members of a 201 response that violate their pattern or enum, or are not counts."""

from __future__ import annotations

import uuid

from tests.mock.mistakes import Members, answers


@answers(breaks="response.201.type.enum")
def answers_type_in_lower_case(answer: Members) -> None:
    """Answers type as team."""
    answer["type"] = answer["type"].lower()


@answers(breaks="response.201.type.enum")
def answers_a_type_that_is_not_an_option(answer: Members) -> None:
    """Answers type STANDARD."""
    answer["type"] = "STANDARD"


@answers(breaks="response.201.type.enum", when=lambda sent: bool(sent.get("externalId")))
def answers_type_platform_managed_with_external_id(answer: Members) -> None:
    """Answers type PLATFORM_MANAGED where an externalId was sent."""
    answer["type"] = "PLATFORM_MANAGED"


@answers(breaks="response.201.type.enum", intermittent=True)
def answers_an_empty_type_now_and_then(answer: Members) -> None:
    """Answers an empty type in some answers."""
    answer["type"] = ""


@answers(breaks="response.201.platformId.pattern")
def answers_platform_id_of_20_characters(answer: Members) -> None:
    """Answers a platformId of 20 characters."""
    answer["platformId"] = answer["platformId"][:20]


@answers(breaks="response.201.platformId.pattern")
def answers_platform_id_of_22_characters(answer: Members) -> None:
    """Answers a platformId of 22 characters."""
    answer["platformId"] += "0"


@answers(breaks="response.201.platformId.pattern")
def answers_platform_id_with_a_line_break(answer: Members) -> None:
    """Answers a platformId with a line break at its end."""
    answer["platformId"] += "\n"


@answers(breaks="response.201.platformId.pattern")
def answers_platform_id_with_a_hyphen(answer: Members) -> None:
    """Answers a platformId with a hyphen."""
    answer["platformId"] = answer["platformId"][:10] + "-" + answer["platformId"][11:]


@answers(breaks="response.201.platformId.pattern")
def answers_platform_id_as_a_uuid(answer: Members) -> None:
    """Answers platformId as a UUID."""
    answer["platformId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, answer["platformId"]))


@answers(breaks="response.201.platformId.pattern")
def answers_platform_id_with_a_letter_beyond_ascii(answer: Members) -> None:
    """Answers a platformId with a letter that only Unicode calls a letter."""
    answer["platformId"] = answer["platformId"][:20] + "é"


@answers(breaks="response.201.poolId.pattern")
def answers_pool_id_as_a_word(answer: Members) -> None:
    """Answers poolId as default."""
    answer["poolId"] = "default"


@answers(breaks="response.201.poolId.pattern")
def answers_an_empty_pool_id(answer: Members) -> None:
    """Answers an empty text instead of null as poolId."""
    answer["poolId"] = ""


@answers(breaks="response.201.poolId.pattern", when=lambda sent: sent.get("maxConcurrentJobs") is not None)
def answers_pool_id_with_a_prefix_for_limited_projects(answer: Members) -> None:
    """Answers a poolId with a prefix where maxConcurrentJobs was sent."""
    answer["poolId"] = "pool_" + answer["id"][:16]


@answers(breaks="response.201.poolId.pattern", when=lambda sent: (sent.get("maxConcurrentJobs") or 0) > 100)
def answers_pool_id_as_a_uuid_for_large_projects(answer: Members) -> None:
    """Answers poolId as a UUID where maxConcurrentJobs is above 100."""
    answer["poolId"] = str(uuid.uuid5(uuid.NAMESPACE_OID, answer["id"]))


@answers(breaks="response.201.analytics.activeFlows.count")
def answers_minus_one_active_flows(answer: Members) -> None:
    """Answers analytics.activeFlows -1, its value before the first count."""
    answer["analytics"]["activeFlows"] = -1


@answers(breaks="response.201.analytics.totalUsers.count")
def answers_half_a_user(answer: Members) -> None:
    """Answers analytics.totalUsers 0.5, as a mean of two days."""
    answer["analytics"]["totalUsers"] = 0.5


@answers(
    breaks="response.201.analytics.activeUsers.count", when=lambda sent: sent.get("alertReceiverEmail") is not None
)
def answers_minus_one_active_users_with_email(answer: Members) -> None:
    """Answers analytics.activeUsers -1 where an alertReceiverEmail was sent."""
    answer["analytics"]["activeUsers"] = -1


@answers(breaks="response.201.analytics.totalFlows.count", intermittent=True)
def answers_a_fraction_of_flows_now_and_then(answer: Members) -> None:
    """Answers analytics.totalFlows 1.5 in some answers."""
    answer["analytics"]["totalFlows"] = 1.5
