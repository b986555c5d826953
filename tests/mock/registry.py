"""The registry of faults and variants: name, description, and how to install each in a service."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypedDict, Unpack

if TYPE_CHECKING:
    from tests.mock.call import Hook
    from tests.mock.service import Service

Setup = Callable[["Service"], None]


class Traits(TypedDict, total=False):
    """When a fault occurs: for one creation in so many, or only with concurrent requests."""

    intermittent: bool
    overlap: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake of a service: what it does, the clause it breaks, and its :class:`Traits`."""

    name: str
    group: str
    description: str
    breaks: str
    install: Setup
    intermittent: bool = False
    overlap: bool = False


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


def hooked(stage: str, hook: Hook) -> Setup:
    """The installation of a hook of one stage."""

    def install(service: Service) -> None:
        service.hooks[stage].append(hook)

    return install


def fault(stage: str, *, breaks: str, **traits: Unpack[Traits]) -> Callable[[Hook], Hook]:
    """Registers a hook of one stage as a fault with the name of the function."""

    def announce(hook: Hook) -> Hook:
        add_fault(hook, hooked(stage, hook), breaks=breaks, **traits)
        return hook

    return announce


def fault_setup(*, breaks: str, **traits: Unpack[Traits]) -> Callable[[Setup], Setup]:
    """Registers a function that adds hooks to several stages as a fault."""

    def announce(setup: Setup) -> Setup:
        add_fault(setup, setup, breaks=breaks, **traits)
        return setup

    return announce


def add_fault(function: Callable[..., object], install: Setup, *, breaks: str, **traits: Unpack[Traits]) -> None:
    """Registers a fault with the name and description of a function. Raises `ValueError` for a duplicate name."""
    name = function.__name__
    if name in _FAULTS:
        raise ValueError(f"two faults are named {name}")
    group = function.__module__.rpartition(".")[2]
    _FAULTS[name] = Fault(name, group, _described(function), breaks, install, **traits)


def variant(stage: str) -> Callable[[Hook], Hook]:
    """Registers a hook of one stage as a variant with the name of the function."""

    def announce(hook: Hook) -> Hook:
        _VARIANTS[hook.__name__] = Variant(hook.__name__, _described(hook), hooked(stage, hook))
        return hook

    return announce


def variant_setup(setup: Setup) -> Setup:
    """Registers a function that changes the service before it starts as a variant."""
    _VARIANTS[setup.__name__] = Variant(setup.__name__, _described(setup), setup)
    return setup


def faults() -> dict[str, Fault]:
    """Every fault by name, in order of group and registration."""
    _load("faults")
    return _FAULTS


def variants() -> dict[str, Variant]:
    """Every variant by name."""
    _load("variants")
    return _VARIANTS


def _load(package: str) -> None:
    parent = importlib.import_module(f"tests.mock.{package}")
    for module in pkgutil.iter_modules(parent.__path__):
        importlib.import_module(f"{parent.__name__}.{module.name}")
