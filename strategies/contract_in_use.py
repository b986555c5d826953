"""Which contract the strategies use if none is given."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from hypothesis import strategies as st

from contracts.document import DEFAULT_DOCUMENT, load_contract

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from contracts.document import Contract

T = TypeVar("T")
_IN_USE: list[str | Path] = [DEFAULT_DOCUMENT]


def use_contract(path: str | Path) -> None:
    """Make the document at ``path`` the default contract.

    A strategy reads it when it is first drawn from, so that module-level tests can be collected before.
    """
    _IN_USE[:] = [path]


def for_contract(make: Callable[[Contract], st.SearchStrategy[T]], contract: Contract | None) -> st.SearchStrategy[T]:
    """The strategy for a contract; if it is None, for the default contract at the time of drawing."""
    return st.deferred(lambda: make(load_contract(_IN_USE[0]))) if contract is None else make(contract)
