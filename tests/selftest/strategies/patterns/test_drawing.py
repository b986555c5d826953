"""The page about the patterns is up to date."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from contracts.patterns import Pattern
from strategies.patterns.__main__ import main, request_patterns
from strategies.patterns.drawing import flowchart, redrawn

_DOCUMENT = Path(__file__).parents[4] / "docs" / "patterns.md"


def test_the_document_is_drawn_from_the_patterns() -> None:
    text = _DOCUMENT.read_text(encoding="utf-8")
    assert redrawn(text, request_patterns()) == text, "run: python -m strategies.patterns docs/patterns.md"
    for pattern in request_patterns().values():
        assert pattern.source in text
        assert flowchart(pattern) in text


def test_the_command_redraws_a_document(tmp_path: Path) -> None:
    copy = tmp_path / "patterns.md"
    shutil.copy(_DOCUMENT, copy)
    stale = copy.read_text(encoding="utf-8").replace("-->|", "-->|stale ")
    copy.write_text(stale, encoding="utf-8")
    assert main([str(copy)]) == 0
    assert copy.read_text(encoding="utf-8") == _DOCUMENT.read_text(encoding="utf-8")


def test_the_command_prints_every_pattern(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    printed = capsys.readouterr().out
    assert all(flowchart(pattern) in printed for pattern in request_patterns().values())


def test_a_flowchart_has_an_arrow_for_every_way_on_and_none_into_rejection() -> None:
    automaton = Pattern.compile(r"^a(?:b|c)$").automaton
    drawn = flowchart(Pattern.compile(r"^a(?:b|c)$"))
    arrows = re.findall(r's(\d+) -->\|"([^"]+)"\| s(\d+)', drawn)
    assert [label for _, label, _ in arrows] == ["a", "b, c"]
    assert automaton.sink is not None
    assert f"s{automaton.sink}" not in drawn
    assert drawn.count(")))") == 1


def test_an_unknown_block_is_an_error() -> None:
    with pytest.raises(KeyError, match="nickname"):
        redrawn("<!-- drawn: nickname -->\n<!-- end -->", request_patterns())
