"""Messages of runs that cannot begin."""

from __future__ import annotations

import pytest

from tests.harness.preflight import _after_redirect  # the sentence alone: a run is told in test_live_network.py


@pytest.mark.parametrize(
    ("location", "is_same"),
    [
        ("https://api.example.com/api/v1/projects", True),
        ("/v2/projects", True),
        ("", True),
        ("https://api.example.com.evil.example/api", False),
        ("//other.example/api", False),
        ("https://api.example.com@evil.example/", False),
        ("https://[bad", False),
    ],
)
def test_no_advice_sends_the_key_to_another_host(location: str, *, is_same: bool) -> None:
    said = _after_redirect("http://api.example.com/api", location)
    assert said.startswith("use 'http") == is_same
    assert ("another host" in said) != is_same


def test_the_base_url_after_a_redirect_is_named_without_the_path_of_the_operation() -> None:
    said = _after_redirect("http://api.example.com/api", "https://api.example.com/api/v1/projects")
    assert said == "use 'https://api.example.com/api' as --base-url"
