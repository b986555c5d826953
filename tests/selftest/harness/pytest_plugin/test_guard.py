"""Output that nobody reads any more."""

from __future__ import annotations

import os

import pytest

from tests.harness.pytest_plugin.guard import is_lost


@pytest.mark.parametrize("is_read", [True, False])
def test_a_pipe_without_a_reader_is_lost_although_nothing_is_left_to_flush(*, is_read: bool) -> None:
    reading, writing = os.pipe()
    try:
        if not is_read:
            os.close(reading)
        assert is_lost(writing) is not is_read
    finally:
        os.close(writing)
        if is_read:
            os.close(reading)
