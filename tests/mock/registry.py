"""The registry of faults and variants: name, description, and how to install each in a service."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from tests.mock.call import Hook
    from tests.mock.service import Service

Setup = Callable[["Service"], None]
F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake of a service: what it does, the clause it breaks, and when it occurs.

    Intermittent: for one creation in so many. Overlap: only with concurrent requests. The group is its module.
    """

    name: str
    description: str
    breaks: str
    install: Setup
    intermittent: bool = False
    overlap: bool = False
    group: str = ""


@dataclass(frozen=True, slots=True)
class Variant:
    """A service that keeps the contract and differs from the mock in something that the page does not decide."""

    name: str
    description: str
    install: Setup


_FAULTS: dict[str, Fault] = {}
_VARIANTS: dict[str, Variant] = {}


def _described(function: Callable[..., object]) -> str:
    text = (function.__doc__ or "").strip().splitlines()
    if not text:
        raise ValueError(f"{function.__name__} has no docstring: its first line is the description")
    return text[0].rstrip(".")


def _hooked(stage: str, hook: Hook) -> Setup:
    """The installation of a hook of one stage."""

    def install(service: Service) -> None:
        service.hooks[stage].append(hook)

    return install


@dataclass(frozen=True, slots=True)
class Rule(Generic[F]):
    """Where faults act and the clause that they break; `hook_of` makes the hook of a fault from its function."""

    stage: str
    hook_of: Callable[[F], Hook]
    breaks: str
    intermittent: bool = False
    overlap: bool = False

    def __call__(self, function: F) -> F:
        """Registers a function as a fault with its name and docstring."""
        self._add(function.__name__, _described(function), function)
        return function

    def each(self, **functions: F) -> None:
        """Registers functions as faults that their names describe."""
        for name, function in functions.items():
            self._add(name, name.replace("_", " ").capitalize(), function)

    def _add(self, name: str, description: str, function: F) -> None:
        install = _hooked(self.stage, self.hook_of(function))
        _add_fault(Fault(name, description, self.breaks, install, self.intermittent, self.overlap))


def fault(stage: str, *, breaks: str, intermittent: bool = False, overlap: bool = False) -> Rule[Hook]:
    """The function is a hook of a stage."""
    return Rule(stage, lambda hook: hook, breaks, intermittent, overlap)


def fault_setup(*, breaks: str) -> Callable[[Setup], Setup]:
    """Registers a function that adds hooks to several stages as a fault."""

    def announce(setup: Setup) -> Setup:
        _add_fault(Fault(setup.__name__, _described(setup), breaks, setup))
        return setup

    return announce


def _add_fault(entry: Fault) -> None:
    """Registers a fault. Raises `ValueError` for a duplicate name."""
    if entry.name in _FAULTS:
        raise ValueError(f"two faults are named {entry.name}")
    _FAULTS[entry.name] = entry


def variant(stage: str) -> Callable[[Hook], Hook]:
    """Registers a hook of one stage as a variant with the name of the function."""

    def announce(hook: Hook) -> Hook:
        _VARIANTS[hook.__name__] = Variant(hook.__name__, _described(hook), _hooked(stage, hook))
        return hook

    return announce


def variant_setup(setup: Setup) -> Setup:
    """Registers a function that changes the service before it starts as a variant."""
    _VARIANTS[setup.__name__] = Variant(setup.__name__, _described(setup), setup)
    return setup


def faults() -> dict[str, Fault]:
    """Every fault by name, in order of group and registration."""
    for module in _modules("faults"):
        known = len(_FAULTS)
        importlib.import_module(module)
        for name in list(_FAULTS)[known:]:
            _FAULTS[name] = replace(_FAULTS[name], group=module.rpartition(".")[2])
    return _FAULTS


def variants() -> dict[str, Variant]:
    """Every variant by name."""
    for module in _modules("variants"):
        importlib.import_module(module)
    return _VARIANTS


def _modules(package: str) -> list[str]:
    parent = importlib.import_module(f"tests.mock.{package}")
    return [f"{parent.__name__}.{module.name}" for module in pkgutil.iter_modules(parent.__path__)]
