"""The environment of the tests of the suite, and warnings, which are errors here but not in a run against a service."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

#: Beginnings of the names of variables that would change what a test sends, or where to.
_SETTINGS: Final = ("ACTIVEPIECES_", "CONTRACT_", "GITHUB_", "PYTEST_ADDOPTS")
#: Proxies do not lead to the services that the tests start; the certificates are those of the tests.
_NETWORK: Final = {"http_proxy", "https_proxy", "all_proxy", "no_proxy", "requests_ca_bundle", "curl_ca_bundle"}
#: What makes a program color or wrap its output.
_OUTPUT: Final = {"force_color", "no_color", "py_colors", "columns", "lines", "ci"}


@pytest.fixture(scope="session", autouse=True)
def _plain_environment() -> Iterator[None]:
    """The same environment for the tests on every machine, and for the processes that they start."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [*os.environ]:
            if name.startswith(_SETTINGS) or name.lower() in _NETWORK | _OUTPUT:
                patch.delenv(name)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Have every warning of a test of the suite fail it."""
    for item in items:
        if item.nodeid.startswith("tests/selftest"):
            item.add_marker(pytest.mark.filterwarnings("error"))
