"""How the suite is started from anywhere, and how that is shown to a person."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
SUITE: Final = ROOT / "tests" / "contract"
#: What makes pytest, started anywhere, take the configuration of this repository.
CONFIGURATION: Final = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT))


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """The arguments with which pytest runs the suite, or those parts of it that ``arguments`` name."""
    paths = (Path(word.partition("::")[0]).resolve() for word in arguments if not word.startswith("-"))
    chosen = any(path.is_relative_to(SUITE) and path.exists() for path in paths)
    return [*CONFIGURATION, *([] if chosen else [str(SUITE)]), *arguments]


def printed_command(arguments: Sequence[str]) -> str:
    """The command line that starts pytest with these arguments, as a person types it."""
    words = list(arguments)
    if tuple(words[: len(CONFIGURATION)]) == CONFIGURATION:
        words = words[len(CONFIGURATION) :]
    if words and words[0] in {"tests/contract", "tests/contract/", str(SUITE)}:
        words = words[1:]
    return shlex.join(["contract", "run", *words])
