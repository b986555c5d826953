"""Compiled templates, kept from run to run: compiling them takes longer than filling them in."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class _CompiledTemplates(FileSystemBytecodeCache):
    """Files in the folder of temporary files, readable by their owner alone; a full disk keeps none."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled_templates() -> FileSystemBytecodeCache | None:
    """The cache; None if no folder for it can be had that belongs to this user alone."""
    with suppress(OSError, RuntimeError):
        return _CompiledTemplates()
    return None
