"""One change of the texts of several fields is one root cause."""

from __future__ import annotations

import pytest

from contracts.deviations import Deviations
from contracts.findings import Finding
from contracts.kinds.changes import CHANGED, LEFT_OUT, kinds_of_change
from contracts.root_causes.root_cause import RootCauses
from contracts.root_causes.same_changes import with_same_changes


def _mistakes(**fields: list[tuple[str, ...]]) -> int:
    causes = RootCauses(Deviations.none())
    for name, cases in fields.items():
        for kinds in cases:
            causes.add(Finding(f"response.201.{name}.echo", CHANGED, "e", "r", f"/{name}", kinds), None)
    return len(with_same_changes(list(causes)))


def test_a_change_of_all_texts_is_one_mistake() -> None:
    read = ("UTF-8 read as Latin-1", "something added")
    assert _mistakes(name=[read], id=[read], metadata=[read] * 9 + [("left out",)]) == 1


def test_two_changes_are_two_mistakes() -> None:
    assert _mistakes(name=[("trimmed",)], id=[("lower case",)]) == 2
    assert _mistakes(name=[("trimmed",), ("lower case",)], id=[("trimmed",)]) == 2


@pytest.mark.parametrize("kind", ["cut after 255", LEFT_OUT, "without '.'", "cut"])
def test_limits_and_what_says_a_part_of_the_change_merge_nothing(kind: str) -> None:
    assert _mistakes(name=[(kind,)], id=[(kind,)]) == 2


@pytest.mark.parametrize(
    ("sent", "received", "kind"),
    [
        ("Größe", "GrÃ¶Ã\x9fe", "UTF-8 read as Latin-1"),
        ("5 €", "5 \xe2\u201a\xac", "UTF-8 read as Windows-1252"),
        ("Größe", "Gr\ufffd\ufffde", "Latin-1 read as UTF-8"),
        ("a<b>c", "ac", "without tags"),
        (r"a\nb\\c", "anb\\c", "without backslashes"),
        ("a\r\nb\rc", "a\nb\rc", "CR LF as LF"),
        ("a\0b", "a", "ended by U+0000"),
        ("a🚀", "a?", "characters beyond U+FFFF as question marks"),
        ("a🚀", "a", "without characters beyond U+FFFF"),
    ],
)
def test_encodings_and_filters_are_changes_of_a_whole_text(sent: str, received: str, kind: str) -> None:
    assert kind in kinds_of_change(sent, received)
    assert kind not in kinds_of_change("a", "b")
