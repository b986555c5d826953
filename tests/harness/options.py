"""The options of a run: declaration, validation, and what they mean together."""

from __future__ import annotations

import os
import random
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from contracts.corpus import DEFAULT_CORPUS, load_corpus
from contracts.deviations import DEFAULT_FILE
from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.findings import Level
from contracts.secrets import Secrets
from tests.harness.client.credentials import WrongUsage, check_base_url, read_key
from tests.harness.configuration import Configuration, Declarations, variable
from tests.harness.profiles import PROFILES
from tests.harness.run_options import RunOptions, new_run_id

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


def _declarations() -> Declarations:
    """The options by name, with their arguments for argparse."""
    table: Declarations = {}

    def option(name: str, **how: Any) -> None:
        table[name] = how

    option("target", choices=["mock", "live"], help="what is tested: the mock (default) or a live service")
    option("base-url", default="", help="base URL of the live service, such as https://cloud.activepieces.com/api")
    option("allow-mock", action="store_true", help="allow the profiles gate and nightly to test the mock")
    option("key-file", help="file with the API key (default: the variable ACTIVEPIECES_API_KEY)")
    option("profile", choices=sorted(PROFILES), default="default", help="how much is sent (default: default)")
    option("seed", type=int, help="seed of the generated cases (default: random)")
    option("budget", type=int, help="maximum number of requests, including cleanup")
    option("rate", type=float, help="maximum requests a second")
    option(
        "connections",
        type=int,
        help="connections of each worker (default: 1 to 8, by the response time of the service; 1 in smoke and gate)",
    )
    option("max-response-time", type=float, default=5.0, help="time limit of a response in seconds (default: 5)")
    option(
        "patience",
        type=float,
        default=60.0,
        help="seconds to wait for a service that is unreachable or limits requests (default: 60)",
    )
    option("client-cert", help="PEM file with a client certificate, and its key unless --client-key is given")
    option("client-key", help="PEM file with the key of the client certificate")
    option("max-time", type=float, help="seconds after which no more test requests are sent")
    option("show-config", action="store_true", help="print every option with its value and source, and exit")
    option("replay", metavar="FINDING", help="send the smallest case of a finding again and report the result")
    option("run", metavar="DIR", help="with --replay: folder of the run with the finding")
    option("keep-projects", action="store_true", help="do not delete the created projects")
    option("contract", default=str(DEFAULT_DOCUMENT), help="OpenAPI 3.0 or 3.1 document to use as the contract")
    option(
        "operation",
        default="",
        help="operation of the document, such as 'POST /api/v1/projects', if several are possible",
    )
    levels = [level.value for level in Level]
    option("fail-on", choices=levels, default="implied", help="lowest level that fails a run")
    option("deviations", default=str(DEFAULT_FILE), help="TOML file with known deviations, or none")
    option("reports", default="reports/runs", help="folder of the reports (default: reports/runs)")
    option("examples", default=".hypothesis/examples", help="Hypothesis' example database: a folder or redis://...")
    option("corpus", default=str(DEFAULT_CORPUS), help="folder with cases that failed before, or none")
    option(
        "drift-source", action="append", default=[], help="published document to compare the contract with (repeatable)"
    )
    option(
        "shard", default="1/1", help="send only this part of the cases, such as 3/8; all shards need the same --seed"
    )
    option("fault", help="mock only: faults to switch on, comma-separated (contract mock --list-faults)")
    option("variant", help="mock only: a correct variant (contract mock --list-variants)")
    option("delay-ms", type=float, default=0.0, help="mock only: delay of each response in milliseconds")
    return table


def _configuration() -> Configuration:
    return Configuration(_declarations(), os.environ, Path.cwd())


def add_options(parser: pytest.Parser) -> None:
    """Register the options of a run with pytest, with defaults from the environment and the file."""
    group = parser.getgroup("contract", "the contract of POST /v1/projects; each option also as CONTRACT_OPTION")
    values = _configuration().values
    for name, how in _declarations().items():
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
    if get("--client-key") and not get("--client-cert"):
        raise WrongUsage("--client-key is for --client-cert, which is missing")
    budget = get("--budget") if get("--budget") is not None else profile.budget
    if budget is not None and budget < _LEAST:
        raise WrongUsage(f"--budget {budget} is too small; expected at least {_LEAST}")
    for name in ("--rate", "--max-response-time", "--patience", "--max-time", "--connections"):
        value = get(name)
        if value is not None and value <= 0:
            raise WrongUsage(f"{name} {value} is not positive")
    shard = _shard(get("--shard"))
    contract = named_contract(config)
    load_contract(contract)
    corpus = "" if get("--corpus") == "none" else str(output_folder(config) / get("--corpus"))
    load_corpus(corpus)
    from tests.harness.example_database import check_database  # noqa: PLC0415  # a live run pays for it alone

    check_database(get("--examples"))
    options = RunOptions(
        target=target,
        base_url=check_base_url(base_url) if target == "live" else "",
        profile=profile.name,
        seed=_seed(config, shard, fresh=profile.fresh_seed),
        run_id=new_run_id(),
        contract=contract,
        budget=budget,
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
        corpus=corpus,
        examples=get("--examples"),
        shard=shard,
        fault=get("--fault"),
        variant=get("--variant"),
        delay_ms=get("--delay-ms"),
    )
    return options, Secrets(read_key(get("--key-file"), target))


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
    for name, how in _declarations().items():
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


def _shard(text: str) -> tuple[int, int]:
    number, _, of = text.partition("/")
    if not (number.isdigit() and of.isdigit() and 1 <= int(number) <= int(of)):
        raise WrongUsage(f"--shard {text!r}: expected a part such as 3/8")
    return int(number), int(of)
