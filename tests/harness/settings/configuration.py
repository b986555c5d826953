"""Options from the environment and from pyproject.toml, which the command line overrides."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING, Any, Final

from tests.harness.client.credentials import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

#: The prefix of the environment variables: --base-url is CONTRACT_BASE_URL.
PREFIX: Final = "CONTRACT_"
#: The table of pyproject.toml.
TABLE: Final = "tool.contract"
#: Options of a single invocation, which cannot be configured.
_COMMAND_LINE_ONLY: Final = frozenset({"replay", "run", "show-config"})
_TRUE: Final = frozenset({"1", "true", "yes", "on"})
_FALSE: Final = frozenset({"0", "false", "no", "off"})
_KINDS: Final = {int: "a whole number", float: "a number", str: "a string", bool: "true or false", list: "a list"}

#: The keyword arguments of each option for argparse, by its name without dashes.
Declarations = dict[str, dict[str, Any]]


class Configuration:
    """The values from the environment and a file; the environment wins.

    Invalid values matter only to a run of the suite, so they are reported by :meth:`check`, not by the constructor.
    """

    def __init__(self, declarations: Declarations, environment: Mapping[str, str], folder: Path) -> None:
        """Read ``environment`` and the file pyproject.toml of ``folder``."""
        self.values: dict[str, Any] = {}
        self.places: dict[str, str] = {}
        self._problems: list[str] = []
        known = {name: how for name, how in declarations.items() if name not in _COMMAND_LINE_ONLY}
        for name, value, place, is_text in (*self._file(folder, known), *_variables(environment, known)):
            try:
                self.values[name] = _converted(value, known[name], is_text=is_text)
                self.places[name] = place
            except ValueError as problem:
                self._problems.append(f"{place}: {problem}")

    def check(self) -> None:
        """Raise WrongUsage if a value is invalid."""
        if self._problems:
            raise WrongUsage("; ".join(self._problems))

    def _file(self, folder: Path, known: Declarations) -> Iterator[tuple[str, Any, str, bool]]:
        file = folder / "pyproject.toml"
        try:
            table = tomllib.loads(file.read_text(encoding="utf-8")).get("tool", {}).get("contract", {})
            rows = list(table.items())
        except FileNotFoundError:
            return
        except (OSError, ValueError, AttributeError) as problem:
            self._problems.append(f"cannot read [{TABLE}] of {file}: {problem}")
            return
        for key, value in rows:
            name = key.replace("_", "-")
            place = f"{key} in [{TABLE}] of {file}"
            if name in known:
                yield name, value, place, False
            else:
                self._problems.append(f"{place}: there is no such option; expected one of {', '.join(sorted(known))}")


def variable(name: str) -> str:
    """The environment variable of an option."""
    return PREFIX + name.replace("-", "_").upper()


def _variables(environment: Mapping[str, str], known: Declarations) -> Iterator[tuple[str, Any, str, bool]]:
    for name in known:
        value = environment.get(variable(name), "").strip()
        if value:  # CI systems set unused variables to the empty string
            yield name, value, variable(name), True


def _converted(value: Any, how: Mapping[str, Any], *, is_text: bool) -> Any:
    """The value as argparse would convert it; raises ValueError with what was expected."""
    action, kind, choices = how.get("action"), how.get("type", str), how.get("choices")
    kind = {"store_true": bool, "append": list}.get(action or "", kind)
    problem = ValueError(f"{value!r} is not {_KINDS[kind]}")
    if is_text and kind is bool:
        if value.lower() not in _TRUE | _FALSE:
            raise problem
        return value.lower() in _TRUE
    if is_text:
        try:
            value = value.split() if kind is list else kind(value)
        except ValueError:
            raise problem from None
    if kind is float and type(value) is int:
        value = float(value)
    if type(value) is not kind or (kind is list and not all(isinstance(item, str) for item in value)):
        raise problem
    if choices and value not in choices:
        raise ValueError(f"{value!r} is not one of {', '.join(choices)}")
    return value
