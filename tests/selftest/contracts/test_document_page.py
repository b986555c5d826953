"""The contract document has every statement of the page, and the page every statement of the document."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from contracts import json_text
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.drift import compare, read_contract, read_source
from contracts.drift.page_text import transcribe
from contracts.openapi.yaml_text import load_yaml
from tests.selftest.data import DATA

if TYPE_CHECKING:
    from contracts.document import Field

PAGE = DATA / "create-project.txt"
CONTRACT = load_contract()
OPERATION: dict[str, Any] = CONTRACT.document["paths"]["/v1/projects"]["post"]


def page_lines() -> list[str]:
    return [line.strip() for line in PAGE.read_text(encoding="utf-8").splitlines() if line.strip()]


def page_examples() -> tuple[dict[str, Any], dict[str, Any]]:
    text = PAGE.read_text(encoding="utf-8")
    sent, end = json.JSONDecoder().raw_decode(text, text.index("{", text.index("--data '")))
    answered, _ = json.JSONDecoder().raw_decode(text, text.index("{", end))
    return sent, answered


def written(field: Field) -> list[str]:
    """The lines in which the page writes a field: the page's style, put down here once more, by hand."""
    if field.enum is not None:
        kind = f"enum<{field.type}>"
    elif field.items is not None:
        kind = f"{field.items.type}[]"
    else:
        kind = f"{field.type}<{field.format}>" if field.format else field.type
    lines = [field.path, f"{kind} | null" if field.nullable else kind]
    lines += ["required"] if field.required else []
    lines += [f"Pattern: {field.pattern}"] if field.pattern is not None else []
    if field.enum is not None:
        options = [str(option) for option in field.enum]
        lines += ["Available options:", *[f"{option}," for option in options[:-1]], options[-1]]
    return lines


def test_the_document_writes_out_to_the_page_line_by_line() -> None:
    scheme = CONTRACT.document["components"]["securitySchemes"]["bearer"]
    (media,) = OPERATION["requestBody"]["content"]
    (answer_media,) = OPERATION["responses"]["201"]["content"]
    (status,) = (code for code in OPERATION["responses"] if code.startswith("2"))
    from_document = [
        "Authorizations", "Authorization", "string", "header", "required", scheme["description"],
        "Body", media, *[line for field in CONTRACT.fields for line in written(field)],
        "Response", f"{status} - {answer_media}", OPERATION["responses"]["201"]["description"],
        *[line for field in CONTRACT.response_fields for line in written(field)],
    ]  # fmt: skip
    lines = page_lines()
    assert from_document == lines[lines.index("Authorizations") :]


def test_the_operation_and_the_command_line_of_the_page_are_those_of_the_document() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert page_lines()[1:6] == ["POST", "/", "v1", "/", "projects"]
    assert f"--url {CONTRACT.document['servers'][0]['url']}/v1/projects" in text
    assert "--header 'Authorization: Bearer <token>'" in text
    assert CONTRACT.document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    assert OPERATION["security"] == [{"bearer": []}]
    assert OPERATION["requestBody"]["required"] is True


def test_the_examples_of_the_page_show_the_members_and_types_of_the_document() -> None:
    sent, answered = page_examples()
    assert list(sent) == [field.path for field in CONTRACT.fields]
    # The example leaves out `type`, which the page's own list requires.
    assert set(answered) == {field.path for field in CONTRACT.response_fields} - {"type"}
    for example, fields in ((sent, CONTRACT.fields), (answered, CONTRACT.response_fields)):
        for field in fields:
            if field.path in example:
                _shows(example[field.path], field)


def _shows(value: Any, field: Field) -> None:
    assert json_text.type_name(value) == field.type
    if field.items is not None:
        assert {json_text.type_name(item) for item in value} == {field.items.type}
    if field.members:
        assert list(value) == [member.name for member in field.members]
        for member in field.members:
            _shows(value[member.name], member)


def test_what_comes_from_the_example_alone_says_so_and_nothing_else_does() -> None:
    flat = CONTRACT.all_response_fields()
    assert {member.path for member in flat if member.example} == {
        f"{holder}.{name}" for holder in ("plan", "analytics") for name in page_examples()[1][holder]
    }
    assert all(member.required for member in flat if member.example)


def test_page_and_document_are_the_same_for_the_comparison() -> None:
    assert compare(read_contract(CONTRACT), read_source(str(PAGE))) == ()


def test_the_document_reads_the_same_by_yaml_1_1_and_1_2() -> None:
    text = DEFAULT_DOCUMENT.read_text(encoding="utf-8")
    assert load_yaml(text) == CONTRACT.document


@pytest.mark.parametrize(
    "line",
    [index for index, line in enumerate(page_lines()) if index >= page_lines().index("Authorizations")],
)
def test_no_line_of_the_page_can_be_lost_unseen(line: int) -> None:
    """Every line under the headings matters to the reader, apart from those that name what is known anyway."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    wanted = [number for number, text in enumerate(lines) if text.strip()]
    lost = lines.pop(wanted[line]).strip()
    whole = transcribe(PAGE.read_text(encoding="utf-8"))
    try:
        without: Any = transcribe("\n".join(lines))
    except ValueError:
        without = None
    # `header` says where the key goes, which the command line says; JSON is the media type unless another is named.
    assert (without == whole) == (lost in {"header", "application/json"})
