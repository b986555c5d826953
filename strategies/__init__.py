"""Requests for an implementation of the contract, as Hypothesis strategies.

    from hypothesis import given
    from strategies import adversarial_bodies

    @given(adversarial_bodies())
    def test_a_broken_body_is_refused(case):
        assert 400 <= client.post("/v1/projects", content=case.body, headers=dict(case.headers)).status_code < 500

A :class:`contracts.exchange.Case` has the bytes of the body and the headers. ``{name}`` in the body is a placeholder
that ``UniqueNames("a prefix").fill(case)`` replaces by a unique name; ``{key}`` in ``Authorization`` is the API key.
"""

from __future__ import annotations

from strategies.adversarial_bodies import adversarial_bodies
from strategies.batches import batches
from strategies.patterns import members, near_misses
from strategies.unique_names import UniqueNames
from strategies.unspecified_bodies import unspecified_bodies
from strategies.valid_bodies import valid_bodies

__all__ = [
    "UniqueNames",
    "adversarial_bodies",
    "batches",
    "members",
    "near_misses",
    "unspecified_bodies",
    "valid_bodies",
]
