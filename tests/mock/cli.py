"""The command line of the mock."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

DEFAULT_KEY = "sk-mock-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
CONTRACT = Path(__file__).parents[2] / "contracts" / "create_project.openapi.yaml"


@click.command("mock", epilog="The key is read from ACTIVEPIECES_API_KEY where --key is not given.")
@click.option("--port", type=int, default=8081, show_default=True, help="0 takes a free port.")
@click.option("--key", help=f"The API key to accept (default: {DEFAULT_KEY}).")
@click.option("--base-path", default="/api", show_default=True, help="Where the API lives.")
@click.option("--delay-ms", type=float, default=0, help="Milliseconds before every response.")
@click.option("--fault", help="A mistake to make, several with commas (see --list-faults).")
@click.option("--variant", help="A correct difference to show (see --list-variants).")
@click.option("--contract", type=click.Path(path_type=Path), default=CONTRACT, help="Another OpenAPI document.")
@click.option("--seed", type=int, default=0, help="Decides when intermittent faults come.")
@click.option("--list-faults", is_flag=True, help="Print the catalogue of faults and end.")
@click.option("--list-variants", is_flag=True, help="Print the variants and end.")
@click.option("--until-stdin-closes", is_flag=True, help="End when standard input is closed (for parents).")
def serve_mock(
    *, list_faults: bool, list_variants: bool, port: int, until_stdin_closes: bool, key: str | None, **settings: Any
) -> None:
    """Serve the mock.

    It responds to POST /v1/projects as Activepieces does, on the loopback interface, until it is interrupted.
    """
    if list_faults:
        print_faults()
        return
    if list_variants:
        print_variants()
        return
    from tests.mock import server  # noqa: PLC0415  # the lists need no server

    key = key or os.environ.get("ACTIVEPIECES_API_KEY")
    try:
        service = server.built(key=key or DEFAULT_KEY, delay=settings.pop("delay_ms") / 1000, **settings)
        if not key:
            click.echo(f"no key was given; this one is accepted: {DEFAULT_KEY}", err=True)
        server.serve(service, port=port, until_stdin_closes=until_stdin_closes)
    except (ValueError, KeyError, OSError) as error:
        raise click.UsageError(str(error)) from None


def print_faults() -> None:
    """Prints the catalogue by group."""
    from tests.mock.registry import faults  # noqa: PLC0415  # a served mock needs one fault at most

    catalogue = faults()
    group = ""
    for entry in catalogue.values():
        if entry.group != group:
            group = entry.group
            members = sum(other.group == group for other in catalogue.values())
            print(f"\n{group} ({members})\n{'=' * len(group)}")
        marks = [mark for mark in ("intermittent", "overlap") if getattr(entry, mark)]
        print(f"{entry.name}{' [' + ', '.join(marks) + ']' if marks else ''}")
        print(f"    {entry.description}.\n    breaks {entry.breaks}")
    print(f"\n{len(catalogue)} faults. --fault NAME switches one on.")


def print_variants() -> None:
    """Prints the variants, one per line."""
    from tests.mock.registry import variants  # noqa: PLC0415  # as above

    for entry in variants().values():
        print(f"{entry.name:34} {entry.description}.")
