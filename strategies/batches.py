"""Several bodies in one Hypothesis example, which are sent concurrently and shrink to one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from hypothesis import strategies as st

if TYPE_CHECKING:
    from contracts.exchange import Case

#: The maximum and the average number of bodies in a batch.
LARGEST: Final = 20
AVERAGE: Final = 12


def batches(bodies: st.SearchStrategy[Case]) -> st.SearchStrategy[list[Case]]:
    """Lists of up to 20 bodies, most of them long. Shrinks to one body."""
    return st.lists(bodies, min_size=1, max_size=LARGEST) | st.lists(bodies, min_size=LARGEST - 4, max_size=LARGEST)
