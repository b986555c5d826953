"""Members of a 201 response that have another JSON type."""

from __future__ import annotations

from tests.mock.json_codec import dumps
from tests.mock.mistakes import Members, answers

_EPOCH = 1_790_000_000_000


@answers(breaks="response.201.created.type")
def answers_created_as_a_number(answer: Members) -> None:
    """Answers created in milliseconds since 1970."""
    answer["created"] = _EPOCH


@answers(breaks="response.201.updated.type")
def answers_updated_as_an_object(answer: Members) -> None:
    """Answers updated as {"$date": ...}."""
    answer["updated"] = {"$date": answer["updated"]}


@answers(breaks="response.201.id.type")
def answers_id_as_a_number(answer: Members) -> None:
    """Answers id as a number."""
    answer["id"] = 1 + sum(map(ord, answer["id"]))


@answers(breaks="response.201.ownerId.type")
def answers_owner_as_an_object(answer: Members) -> None:
    """Answers ownerId as the owner's record."""
    answer["ownerId"] = {"id": answer["ownerId"]}


@answers(breaks="response.201.platformId.type")
def answers_platform_id_in_a_list(answer: Members) -> None:
    """Answers platformId in a list."""
    answer["platformId"] = [answer["platformId"]]


@answers(breaks="response.201.releasesEnabled.type")
def answers_releases_enabled_as_text(answer: Members) -> None:
    """Answers releasesEnabled as "false"."""
    answer["releasesEnabled"] = "false"


@answers(breaks="response.201.releasesEnabled.type")
def answers_releases_enabled_as_0(answer: Members) -> None:
    """Answers releasesEnabled as 0."""
    answer["releasesEnabled"] = 0


@answers(
    breaks="response.201.releasesEnabled.type",
    when=lambda sent: sent.get("metadata") is not None and sent.get("externalId") is not None,
)
def answers_releases_enabled_as_0_with_metadata_and_external_id(answer: Members) -> None:
    """Answers releasesEnabled as 0 if metadata and externalId were sent together."""
    answer["releasesEnabled"] = 0


@answers(breaks="response.201.icon.type")
def answers_icon_as_text(answer: Members) -> None:
    """Answers icon as the name of its colour."""
    answer["icon"] = answer["icon"]["color"]


@answers(breaks="response.201.icon.type")
def answers_icon_as_a_list(answer: Members) -> None:
    """Answers icon as a list, as PHP does for an array without keys."""
    answer["icon"] = []


@answers(breaks="response.201.plan.type")
def answers_plan_in_a_list(answer: Members) -> None:
    """Answers plan in a list, as a join of tables gives it."""
    answer["plan"] = [answer["plan"]]


@answers(breaks="response.201.plan.type")
def answers_plan_as_json_text(answer: Members) -> None:
    """Answers plan as a text that holds JSON."""
    answer["plan"] = dumps(answer["plan"]).decode()


@answers(breaks="response.201.analytics.type")
def answers_analytics_as_a_list(answer: Members) -> None:
    """Answers analytics as a list of numbers."""
    answer["analytics"] = list(answer["analytics"].values())


@answers(breaks="response.201.analytics.totalUsers.type")
def answers_total_users_as_text(answer: Members) -> None:
    """Answers analytics.totalUsers as "0", as a database driver gives a count."""
    answer["analytics"]["totalUsers"] = "0"


@answers(breaks="response.201.analytics.activeFlows.type")
def answers_active_flows_as_false(answer: Members) -> None:
    """Answers analytics.activeFlows as false."""
    answer["analytics"]["activeFlows"] = False


@answers(breaks="response.201.plan.locked.type")
def answers_plan_locked_as_0(answer: Members) -> None:
    """Answers plan.locked as 0."""
    answer["plan"]["locked"] = 0


@answers(breaks="response.201.plan.pieces.type")
def answers_plan_pieces_as_an_object(answer: Members) -> None:
    """Answers plan.pieces as {}."""
    answer["plan"]["pieces"] = {}


@answers(
    breaks="response.201.plan.pieces.items.type",
    when=lambda sent: len(sent.get("globalConnectionExternalIds") or []) > 1,
)
def answers_plan_pieces_as_numbers_with_connections(answer: Members) -> None:
    """Answers numbers in plan.pieces where several connections were sent."""
    answer["plan"]["pieces"] = [1, 2]


@answers(breaks="response.201.plan.name.type")
def answers_plan_name_as_a_number(answer: Members) -> None:
    """Answers plan.name as the number of the plan."""
    answer["plan"]["name"] = 4


@answers(breaks="response.201.plan.created.type", intermittent=True)
def answers_plan_created_as_a_number_now_and_then(answer: Members) -> None:
    """Answers plan.created as a number in some answers."""
    answer["plan"]["created"] = _EPOCH


@answers(breaks="response.201.maxConcurrentJobs.type", when=lambda sent: sent.get("maxConcurrentJobs") is not None)
def answers_max_concurrent_jobs_as_text(answer: Members) -> None:
    """Answers maxConcurrentJobs as a text, as a database driver gives a decimal."""
    answer["maxConcurrentJobs"] = str(answer["maxConcurrentJobs"])


@answers(breaks="response.201.maxConcurrentJobs.type", when=lambda sent: sent.get("maxConcurrentJobs") is None)
def answers_missing_max_concurrent_jobs_as_false(answer: Members) -> None:
    """Answers maxConcurrentJobs false where none was sent."""
    answer["maxConcurrentJobs"] = False


@answers(
    breaks="response.201.externalId.type",
    when=lambda sent: isinstance(sent.get("externalId"), str) and _digits(sent["externalId"]),
)
def answers_numeric_external_id_as_a_number(answer: Members) -> None:
    """Answers an externalId of digits as a number."""
    answer["externalId"] = int(answer["externalId"])


@answers(breaks="response.201.displayName.type", when=lambda sent: _digits(sent["displayName"]))
def answers_numeric_display_name_as_a_number(answer: Members) -> None:
    """Answers a displayName of digits as a number."""
    answer["displayName"] = int(answer["displayName"])


def _digits(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 16


@answers(breaks="response.201.metadata.type", when=lambda sent: sent.get("metadata") is not None)
def answers_metadata_as_json_text(answer: Members) -> None:
    """Answers metadata as a text that holds JSON."""
    answer["metadata"] = dumps(answer["metadata"]).decode()


@answers(breaks="response.201.metadata.type", when=lambda sent: sent.get("metadata") == {})
def answers_empty_metadata_as_a_list(answer: Members) -> None:
    """Answers [] for metadata {}, as PHP does."""
    answer["metadata"] = []


@answers(breaks="response.201.poolId.type")
def answers_pool_id_as_a_number(answer: Members) -> None:
    """Answers poolId as 0."""
    answer["poolId"] = 0
