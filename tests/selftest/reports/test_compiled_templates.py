"""Compiled templates are cached if possible, and nothing fails if not."""

from __future__ import annotations

import tempfile
from typing import TYPE_CHECKING

from jinja2 import DictLoader, Environment

from reports.compiled_templates import compiled_templates

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def _page(text: str) -> str:
    return (
        Environment(loader=DictLoader({"page": text}), bytecode_cache=compiled_templates(), autoescape=True)
        .get_template("page")
        .render(name="<a>")
    )


def test_a_changed_template_is_compiled_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    assert [_page("of {{ name }}"), _page("of {{ name }}"), _page("by {{ name }}")] == [
        *["of &lt;a&gt;"] * 2,
        "by &lt;a&gt;",
    ]
    (folder,) = tmp_path.iterdir()
    assert len(list(folder.iterdir())) == 1
    assert folder.stat().st_mode & 0o077 == 0


def test_nothing_is_kept_where_no_file_can_be_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "missing"))
    assert compiled_templates() is None
    assert _page("of {{ name }}") == "of &lt;a&gt;"
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    cache = compiled_templates()
    assert cache is not None
    (folder,) = tmp_path.iterdir()
    folder.rmdir()
    environment = Environment(loader=DictLoader({"page": "{{ 1 }}"}), bytecode_cache=cache, autoescape=True)
    assert environment.get_template("page").render() == "1"
