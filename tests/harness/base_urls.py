"""Finds the base URL of the API if the given one is wrong, with requests that create nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from contracts import lenient_json
from contracts.exchange import COLLECTION_PATH, Case
from tests.harness.client.budget import BudgetSpent, OutOfTime

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.harness.client.target import Target


def working_base_url(target: Target) -> str:
    """A base URL of the same origin under which projects are listed, or an empty string."""
    for candidate in candidates(target.base_url):
        elsewhere = target.at(candidate)
        try:
            target.request_budget.take()
            exchange = elsewhere.send(Case(None, _AUTHORIZED, method="GET", path=f"{COLLECTION_PATH}?limit=1"))
        except (BudgetSpent, OutOfTime):
            return ""
        finally:
            elsewhere.close()
        if exchange.response is not None and exchange.status == 200 and _lists(exchange.response.body):
            return candidate
    return ""


def candidates(base_url: str) -> Iterator[str]:
    """Likely base URLs: without the path of the operation or the version, with /api, or both."""
    parts = urlsplit(base_url)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    paths = []
    for ending in (COLLECTION_PATH, COLLECTION_PATH.rpartition("/")[0]):
        if path.endswith(ending):
            path = path.removesuffix(ending)
            paths = [path]
            break
    if not path.endswith("/api"):
        paths.append(f"{path}/api")
    paths.append("/api")
    return (f"{origin}{found}" for found in dict.fromkeys(paths) if f"{origin}{found}" != base_url)


def _lists(body: bytes) -> bool:
    found = lenient_json.object_of(body)
    return found is not None and isinstance(found.get("data"), list)


_AUTHORIZED = (("Authorization", "Bearer {key}"),)
