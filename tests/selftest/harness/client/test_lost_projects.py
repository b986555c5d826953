"""Responses without an id: projects that the list must show, or refusals with a wrong status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, cast

import pytest

from contracts.exchange import Case
from contracts.secrets import Secrets
from tests.harness.client.ledger import Ledger
from tests.harness.client.lost_projects import LostProjects
from tests.harness.client.ownership import Existing, Sent
from tests.harness.client.target import NoVerdict

if TYPE_CHECKING:
    from pathlib import Path

    from tests.harness.client.target import Target

RUN = "ctlost00000a"


class _Listing(LostProjects):
    """With a list of its own."""

    shown: tuple[dict[str, Any], ...] = ()

    def _listed(self, pages: int) -> tuple[list[dict[str, Any]], str]:
        del pages
        return list(self.shown), ""


def _lost(tmp_path: Path, *shown: dict[str, Any]) -> _Listing:
    """One project of the run that a response named, and twenty-four responses without an id."""
    ledger = Ledger(tmp_path, "main", Secrets("sk-lost0123456789abcdefghijklmnopq"))
    ledger.run(RUN, "http://127.0.0.1")
    lost = _Listing(cast("Target", None), ledger)
    lost.shown = shown
    for number in range(25):
        body = {"displayName": "plain" if number % 2 else f"{RUN}-{number}"}
        sent = Sent.of(Case(json.dumps(body).encode()), RUN, 1.0)
        ledger.intend(number, sent)
        if number == 0:
            ledger.finish(0, "own", "values+time")
        else:
            lost.add(number, sent)
    return lost


OWN = {"id": "own", "displayName": f"{RUN}-0"}
OLD = {"id": "old", "displayName": "somebody's"}


def test_responses_without_an_id_created_nothing_where_the_list_shows_known_projects_alone(tmp_path: Path) -> None:
    lost = _lost(tmp_path, OWN, OLD)
    assert lost.make_room(Existing({"old"}, complete=True)) == {}
    assert len(lost) == 0
    assert not lost.names_are_needed


@pytest.mark.parametrize(
    ("shown", "complete"),
    [((OLD,), True), ((OWN, OLD), False), ((OWN, OLD, {"id": "new", "displayName": "plain"}), True)],
    ids=["the list is late", "what existed before is unknown", "one that nobody named"],
)
def test_responses_without_an_id_may_have_created_where_the_list_leaves_it_open(
    shown: tuple[dict[str, Any], ...], complete: bool, tmp_path: Path
) -> None:
    lost = _lost(tmp_path, *shown)
    with pytest.raises(NoVerdict, match="cannot be cleaned up"):
        lost.make_room(Existing({"old"}, complete=complete))
    assert lost.names_are_needed
