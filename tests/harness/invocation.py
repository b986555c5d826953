"""How the suite is started from any folder, and how its command line is shown."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT: Final = Path(__file__).resolve().parents[2]
SUITE: Final = ROOT / "tests" / "contract"
#: The arguments that make pytest use the configuration of this repository from any folder.
CONFIGURATION: Final = ("-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT))
#: Options with which pytest runs no test.
HARMLESS: Final = (
    *("help", "version", "collectonly", "setuponly", "setupplan", "markers", "showfixtures", "show_fixtures_per_test"),
    "cacheshow",
)


def pytest_arguments(arguments: Sequence[str]) -> list[str]:
    """The arguments with which pytest runs the suite, or the parts of it that ``arguments`` name."""
    paths = (Path(word.partition("::")[0]).resolve() for word in arguments if not word.startswith("-"))
    chosen = any(path.is_relative_to(SUITE) and path.exists() for path in paths)
    return [*CONFIGURATION, *([] if chosen else [str(SUITE)]), *arguments]


def names_suite(arguments: Sequence[str], folder: Path) -> bool:
    """Whether paths for pytest, relative to ``folder``, name the suite, a part of it, or a folder that contains it."""
    paths = [(folder / argument.partition("::")[0]).resolve() for argument in arguments]
    return any(path.is_relative_to(SUITE) or SUITE.is_relative_to(path) for path in paths)


def printed_command(arguments: Sequence[str]) -> str:
    """The command line that starts pytest with these arguments, for readers."""
    words = list(arguments)
    if tuple(words[: len(CONFIGURATION)]) == CONFIGURATION:
        words = words[len(CONFIGURATION) :]
    if words and words[0] in {"tests/contract", "tests/contract/", str(SUITE)}:
        words = words[1:]
    return shlex.join(["contract", "run", *words])
