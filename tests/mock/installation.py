"""One installation of the service: key, contract, projects, and the memory of faults."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

from tests.mock.identity import Clock, derived_id
from tests.mock.json_codec import loads
from tests.mock.schema import Operation, compiled
from tests.mock.store import Store

if TYPE_CHECKING:
    from collections.abc import Callable

WRITTEN = frozenset(
    (
        "id",
        "created",
        "updated",
        "ownerId",
        "displayName",
        "platformId",
        "maxConcurrentJobs",
        "type",
        "icon",
        "externalId",
        "releasesEnabled",
        "metadata",
        "poolId",
        "plan",
        "analytics",
    )
)
"""Members of the answer that the creation writes by its own rule."""


class Installation:
    """The data that the routes of one installation share.

    `random` and `seed` determine colours and intermittent faults, never ids. `creations` counts the creation requests,
    `under_way` the requests without a response yet, `turns` the occasions of an intermittent fault; `memory` is what a
    fault remembers between requests.
    """

    def __init__(self, operation: Operation, *, key: str, base_path: str = "/api", seed: int = 0) -> None:
        self.operation = operation
        self.key = key
        self.collection = f"{base_path.rstrip('/')}/v1/projects"
        self.base_path = base_path.rstrip("/")
        self.random = random.Random(seed)  # noqa: S311  # repeatable by intention
        self.clock = Clock()
        self.store = Store()
        self.validate = compiled(operation.request)
        self.validate_change = compiled({**operation.request, "required": []})
        self.request_members = frozenset(operation.request.get("properties", {}))
        self.required_members = frozenset(operation.created.get("required", []))
        answered: dict[str, dict[str, Any]] = operation.created.get("properties", {})
        self.never_null = frozenset(
            name for name, schema in answered.items() if "null" not in schema.get("type", ["null"])
        )
        self.further_members = {name: schema for name, schema in answered.items() if name not in WRITTEN}
        self.platform_id = derived_id("platform", key)
        self.pool_id = derived_id("pool", key)
        self.owner_id = derived_id("owner", key)
        self.seed = seed
        self.creations = 0
        self.turns = 0
        self.under_way = 0
        self.memory: dict[str, Any] = {}
        self.send_date = True
        self.unique_external_ids = True
        self.loads: Callable[[str], Any] = loads
