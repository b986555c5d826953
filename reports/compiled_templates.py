"""A cache of compiled templates: compiling takes longer than rendering."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jinja2 import FileSystemBytecodeCache

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class _CompiledTemplates(FileSystemBytecodeCache):
    """Files in the temporary folder, readable by their owner only; errors of the disk are ignored."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError):
            super().dump_bytecode(bucket)


def compiled_templates() -> FileSystemBytecodeCache | None:
    """The cache; None if there is no folder that belongs to this user only."""
    with suppress(OSError, RuntimeError):
        return _CompiledTemplates()
    return None
