"""The command ``contract cleanup``: delete what a run has left on the service."""

from __future__ import annotations

import json
import os
from pathlib import Path

import click

from contracts.checks.context import Limits
from contracts.secrets import Secrets
from tests.harness.client.budget import RequestBudget
from tests.harness.client.cleanup import clean_up
from tests.harness.client.credentials import KEY_VARIABLE, WrongUsage, check_base_url, read_key
from tests.harness.client.ledger import read_ledgers
from tests.harness.client.target import Target


@click.command("cleanup", epilog="Exit status: 0 nothing is left, 1 something is or may be, 4 wrong usage.")
@click.argument("run", type=click.Path(path_type=Path))
@click.option("--base-url", required=True, help="Base URL of the service; the key is sent only there.")
@click.option("--client-cert", help="PEM file with a client certificate, and its key unless --client-key is given.")
@click.option("--client-key", help="PEM file with the key of the client certificate.")
@click.option("--key-file", help=f"File with the API key (default: the variable {KEY_VARIABLE}).")
def clean_up_run(
    run: Path, base_url: str, client_cert: str | None, client_key: str | None, key_file: str | None
) -> int:
    """Delete what a run has left on the service.

    RUN is its folder, such as reports/runs/20260131T120000Z-live: a run that was interrupted prints it.
    """
    try:
        read_ledgers(run)
        secrets = Secrets(read_key(key_file, "live"))
        base_url = check_base_url(base_url)
    except (OSError, WrongUsage) as problem:
        raise click.ClickException(str(problem)) from None
    certificate = (client_cert, client_key) if client_cert and client_key else client_cert
    target = Target(base_url, secrets, Limits(), RequestBudget(), "cleanup", client_cert=certificate)
    try:
        cleaned = clean_up(run, target)
    finally:
        target.close()
    _print(
        f"{cleaned.created} projects created at {base_url}, {cleaned.deleted} deleted, {len(cleaned.kept)} left",
        # An id may contain any character.
        *(f"  {json.dumps(identifier)[1:-1]}: {why}" for identifier, why in cleaned.kept.items()),
        *cleaned.remarks,
    )
    return 1 if cleaned.kept or cleaned.may_be_left or cleaned.remarks else 0


def _print(*lines: str) -> None:
    """Print, ignoring errors of the output: the exit status gives the result."""
    try:
        print(*lines, sep="\n", flush=True)
    except (OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # otherwise Python flushes again at exit, and ends with 120
