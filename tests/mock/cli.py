"""The command line of the mock."""

from __future__ import annotations

import argparse
import os
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

DEFAULT_KEY = "sk-mock-0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
CONTRACT = Path(__file__).parents[2] / "contracts" / "create_project.openapi.yaml"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="contract mock",
        description="A service that answers POST /v1/projects as Activepieces does, on the loopback interface.",
        epilog="The key is read from ACTIVEPIECES_API_KEY where --key is not given.",
    )
    parser.add_argument("--port", type=int, default=8081, help="0 takes a free port (default: 8081)")
    parser.add_argument("--key", help=f"the API key to accept (default: {DEFAULT_KEY})")
    parser.add_argument("--base-path", default="/api", help="where the API lives (default: /api)")
    parser.add_argument("--delay-ms", type=float, default=0, help="milliseconds before every answer")
    parser.add_argument("--fault", help="a mistake to make, several with commas (see --list-faults)")
    parser.add_argument("--variant", help="a correct difference to show (see --list-variants)")
    parser.add_argument("--contract", type=Path, default=CONTRACT, help="another OpenAPI document")
    parser.add_argument("--seed", type=int, default=0, help="decides when intermittent faults come")
    parser.add_argument("--list-faults", action="store_true", help="print the catalogue of faults and end")
    parser.add_argument("--list-variants", action="store_true", help="print the variants and end")
    parser.add_argument(
        "--until-stdin-closes", action="store_true", help="end when standard input is closed (for parents)"
    )
    return parser


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the mock until it is interrupted, or print a list."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.list_faults:
        print_faults()
    elif options.list_variants:
        print_variants()
    else:
        try:
            _serve(options)
        except (ValueError, KeyError, OSError) as error:
            parser.error(str(error))


def _serve(options: argparse.Namespace) -> None:
    from tests.mock import server  # noqa: PLC0415 - the lists need no server

    given = options.key or os.environ.get("ACTIVEPIECES_API_KEY")
    service = server.built(
        contract=options.contract,
        key=given or DEFAULT_KEY,
        base_path=options.base_path,
        delay=options.delay_ms / 1000,
        fault=options.fault,
        variant=options.variant,
        seed=options.seed,
    )
    if not given:
        print(f"no key was given; this one is accepted: {DEFAULT_KEY}", file=sys.stderr)
    server.serve(service, port=options.port, until_stdin_closes=options.until_stdin_closes)


def print_faults() -> None:
    """Prints the catalogue, a group after the other."""
    from tests.mock.registry import faults  # noqa: PLC0415 - a served mock needs one fault at most

    catalogue = faults()
    group = ""
    for entry in catalogue.values():
        if entry.group != group:
            group = entry.group
            members = sum(other.group == group for other in catalogue.values())
            print(f"\n{group} ({members})\n{'=' * len(group)}")
        marks = [mark for mark in ("intermittent", "overlap") if getattr(entry, mark)]
        print(f"{entry.name}{' [' + ', '.join(marks) + ']' if marks else ''}")
        print(textwrap.indent(f"{entry.description}.\nbreaks {entry.breaks}; comes with: {entry.trigger}", "    "))
    print(f"\n{len(catalogue)} faults. --fault NAME switches one on.")


def print_variants() -> None:
    """Prints the variants, one a line."""
    from tests.mock.registry import variants  # noqa: PLC0415 - as above

    for entry in variants().values():
        print(f"{entry.name:34} {entry.description}.")
