"""The options of a run: registration, validation, and what they mean together."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts.corpus import load_corpus
from contracts.secrets import Secrets
from tests.harness.client.credentials import WrongUsage, check_base_url, read_key
from tests.harness.settings.configuration import Configuration, variable
from tests.harness.settings.declarations import DECLARATIONS
from tests.harness.settings.profiles import PROFILES
from tests.harness.settings.run_options import RunOptions, new_run_id

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

#: The smallest budget with which a run can verify anything and clean up.
_LEAST: Final = 20
#: Options with the same meaning in a common plugin (pytest-base-url): if it is installed, its option is used.
_SHARED: Final = frozenset({"base-url"})


def named_contract(config: pytest.Config) -> str:
    """The document of the contract, followed by ``#`` and the operation if one is given (see :func:`load_contract`)."""
    return f"{config.getoption('--contract')}#{config.getoption('--operation')}".rstrip("#")


def _configuration() -> Configuration:
    return Configuration(DECLARATIONS, os.environ, Path.cwd())


def add_options(parser: pytest.Parser) -> None:
    """Register the options of a run with pytest, with defaults from the environment and the file."""
    group = parser.getgroup("contract", "the contract of POST /v1/projects; each option also as CONTRACT_OPTION")
    values = _configuration().values
    for name, how in DECLARATIONS.items():
        try:
            group.addoption(f"--{name}", **({**how, "default": values[name]} if name in values else how))
        except ValueError:
            if name not in _SHARED:
                raise


def read_options(config: pytest.Config) -> tuple[RunOptions, Secrets]:
    """Validate the options of a run and complete them.

    Returns:
        The options, and the secrets, which are kept separate.

    Raises:
        WrongUsage: The options are contradictory or invalid.
        DocumentError: The contract document cannot be used.
        CorpusError: The corpus cannot be used.
    """
    configuration = _configuration()
    configuration.check()
    get = config.getoption
    profile = PROFILES[get("--profile")]
    target, base_url = _target(get, configuration)
    _check_numbers(get)
    shard = read_shard(get("--shard"))
    options = RunOptions(
        target=target,
        base_url=check_base_url(base_url) if target == "live" else "",
        profile=profile.name,
        seed=_seed(config, shard, fresh=profile.fresh_seed),
        run_id=new_run_id(),
        contract=named_contract(config),
        budget=profile.budget if get("--budget") is None else get("--budget"),
        rate=get("--rate"),
        connections=get("--connections") or 0,
        response_time=get("--max-response-time"),
        patience=get("--patience"),
        client_cert=_certificate(get("--client-cert")),
        client_key=_certificate(get("--client-key")),
        deadline=time.time() + get("--max-time") if get("--max-time") else None,
        keep_projects=get("--keep-projects"),
        fail_on=get("--fail-on"),
        deviations=get("--deviations"),
        corpus="" if get("--corpus") == "none" else str(output_folder(config) / get("--corpus")),
        examples=get("--examples"),
        shard=shard,
        fault=get("--fault"),
        variant=get("--variant"),
        delay_ms=get("--delay-ms"),
    )
    _check_files(options)
    return options, Secrets(read_key(get("--key-file"), target))


def _check_numbers(get: Callable[[str], Any]) -> None:
    """Raise WrongUsage for numbers that are too small."""
    for name in ("--rate", "--max-response-time", "--patience", "--max-time", "--connections"):
        value = get(name)
        if value is not None and value <= 0:
            raise WrongUsage(f"{name} {value} is not positive")
    budget = get("--budget")
    if budget is not None and budget < _LEAST:
        raise WrongUsage(f"--budget {budget} is too small; expected at least {_LEAST}")


def _check_files(options: RunOptions) -> None:
    """Raise the error of a document, corpus, example database or certificate that cannot be used."""
    if options.client_key and not options.client_cert:
        raise WrongUsage("--client-key is for --client-cert, which is missing")
    options.load_contract()
    load_corpus(options.corpus)
    from tests.harness.generation.example_database import check_database  # noqa: PLC0415  # a live run pays for it alone

    check_database(options.examples)


def _target(get: Callable[[str], Any], configuration: Configuration) -> tuple[str, str]:
    """The target and the base URL, which belong together."""
    target, profile = get("--target") or "mock", get("--profile")
    base_url = get("--base-url") or configuration.values.get("base-url") or ""
    if target == "live" and not base_url:
        raise WrongUsage(
            f"--target live needs --base-url (or {variable('base-url')}), such as https://cloud.activepieces.com/api"
        )
    if get("--target") == "mock" and base_url == configuration.values.get("base-url"):
        base_url = ""  # the mock is requested explicitly; the URL is only configured
    if target == "mock" and base_url:
        raise WrongUsage("--base-url is for --target live, which is missing; the suite starts the mock itself")
    of_mock = get("--fault") or get("--variant") or get("--delay-ms")
    if target == "mock" and profile in {"gate", "nightly"} and not (get("--allow-mock") or of_mock):
        raise WrongUsage(
            f"--profile {profile} verifies a live service: add --target live --base-url URL,"
            " or --allow-mock to test the mock"
        )
    if target == "live" and of_mock:
        raise WrongUsage("--fault, --variant and --delay-ms are for the mock, not for a live service")
    return target, base_url


def effective_options(config: pytest.Config) -> str:
    """Each option with its value and the source of the value, one per line."""
    configuration, lines = _configuration(), []
    for name, how in DECLARATIONS.items():
        value = config.getoption(f"--{name}")
        usual = how.get("default", False if how.get("action") == "store_true" else None)
        if name in configuration.values and value == configuration.values[name]:
            place = configuration.places[name]
        else:
            place = "default" if value == usual else "command line"
        lines.append(f"{name} = {value!r}  # {place}")
    return "\n".join(lines)


def output_folder(config: pytest.Config) -> Path:
    """The base of relative paths of reports and corpus: the caller's folder; inside the repository, its root."""
    here = config.invocation_params.dir
    return config.rootpath if here.is_relative_to(config.rootpath) else here


def _certificate(path: str | None) -> str:
    if path and not Path(path).is_file():
        raise WrongUsage(f"there is no file {path} for --client-cert or --client-key")
    return str(Path(path).resolve()) if path else ""


def _seed(config: pytest.Config, shard: tuple[int, int], *, fresh: bool) -> int:
    """The seed of --seed, else of --hypothesis-seed; without both a fresh one, or 0."""
    seed: int | None = config.getoption("--seed")
    if seed is not None:
        return seed
    hypothesis_seed = config.getoption("--hypothesis-seed", None)
    if hypothesis_seed is None:
        return _fresh_seed(shard) if fresh else 0
    if not str(hypothesis_seed).isdigit():
        raise WrongUsage(f"--hypothesis-seed {hypothesis_seed}: expected a number, as for --seed")
    return int(hypothesis_seed)


def _fresh_seed(shard: tuple[int, int]) -> int:
    """A new seed. Shards need a common one: that of the day (UTC)."""
    if shard != (1, 1):
        return int(datetime.now(tz=UTC).strftime("%Y%m%d"))
    return random.SystemRandom().randrange(1_000_000)


def read_shard(text: str) -> tuple[int, int]:
    """The number of a shard and the number of all, of a text such as 3/8; raises WrongUsage for other texts."""
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise WrongUsage(f"--shard {text!r}: expected a part such as 3/8")
    return int(number), int(of)
