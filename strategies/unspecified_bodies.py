"""Random bodies that the page does not decide: unusual characters, numbers beyond doubles, unlisted members."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

from strategies.cases.unlisted_member_cases import UNLISTED
from strategies.cases.unspecified_cases import ODD_NUMBERS, ODD_TEXTS
from strategies.contract_in_use import for_contract
from strategies.encoding import encode, json_case
from strategies.surrounding_fields import free_object
from strategies.valid_bodies import json_values, marked, member_objects

if TYPE_CHECKING:
    from contracts.document import Contract
    from contracts.exchange import Case

_CASE_SET = "random.unspecified"
_ODD_NAMES = (*UNLISTED, "__proto__", "a.b", "$where", " ", "\u0000", "\ud800")


def unspecified_bodies(contract: Contract | None = None) -> st.SearchStrategy[Case]:
    """Valid bodies with one property for which they may be accepted or refused, but never answered with a 5xx.

    The body has a placeholder if a unique name fits. The default contract is the page.
    """
    return for_contract(_unspecified_bodies, contract)


def _unspecified_bodies(contract: Contract) -> st.SearchStrategy[Case]:
    valid = member_objects(contract.fields).map(lambda body: marked(contract, body))
    names = st.one_of(st.text(max_size=8), st.sampled_from(_ODD_NAMES)).filter(
        lambda name: name not in {field.path for field in contract.fields}
    )
    sources: list[st.SearchStrategy[Case]] = [
        st.builds(
            lambda body, name, value: _case(body | {name: value}, "an unlisted member"), valid, names, json_values()
        ),
        st.builds(_repeated, valid, st.integers(0, len(contract.fields)), json_values()),
    ]
    odd_texts = st.tuples(st.text(max_size=5), st.sampled_from(list(ODD_TEXTS.values())), st.text(max_size=5)).map(
        "".join
    )
    odd_values = st.one_of(odd_texts, st.sampled_from(list(ODD_NUMBERS.values())))
    free = free_object(contract)
    if free is not None:
        path = free.path
        sources.append(
            st.builds(lambda body, odd: _case(body | {path: {"x": odd}}, f"{path}: an odd value"), valid, odd_values)
        )
        sources.append(
            st.builds(lambda body, odd: _case(body | {path: {odd: "x"}}, f"{path}: an odd name"), valid, odd_texts)
        )
    odd_numbers = st.sampled_from(list(ODD_NUMBERS.values()))
    for field in contract.fields:
        if {"number", "integer"} & set(field.types):
            put = _putter(field.path)
            sources.append(st.builds(put, valid, odd_numbers))
        if "string" in field.types and field.enum is None and field.pattern is None:
            put = _putter(field.path)
            sources.append(st.builds(put, valid, odd_texts.map("{{name}}{}".format)))
    return st.integers(0, len(sources) - 1).flatmap(lambda number: sources[number])


def _putter(path: str) -> Any:
    return lambda body, odd: _case(body | {path: odd}, f"{path}: an odd value")


def _case(body: dict[str, Any], intent: str) -> Case:
    return json_case(body, case_set=_CASE_SET, intent=intent)


def _repeated(body: dict[str, Any], index: int, value: Any) -> Case:
    """The body with one of its members repeated, with another value."""
    case = _case(body, "a repeated member")
    name = list(body)[index % len(body)] if body else ""
    inside = (case.body or b"")[1:-1]
    return case.with_body(b"{" + (inside + b"," if inside else b"") + encode({name: value})[1:-1] + b"}")
