"""``python -m contracts.drift``: hold the contract against what is published elsewhere."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.drift.results import FORMATS, exit_status, hold_against
from contracts.openapi.texts import DocumentError
from contracts.verdict import ExitStatus

if TYPE_CHECKING:
    from collections.abc import Sequence


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Usage errors are 4, as they are everywhere in this suite."""
        self.print_usage(sys.stderr)
        self.exit(ExitStatus.USAGE, f"{self.prog}: {message}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Compare and print; return the exit status: 0 same, 1 differs, 3 could not be read, 4 wrong usage."""
    parser = _Parser(
        prog="contract drift",
        description="Hold the contract against what is published elsewhere: an OpenAPI 3.0 or 3.1 document, the "
        "text of the reference page as copied from the browser, or its Markdown.",
        epilog="Exit status: 0 the same, 1 different, 3 a source could not be read, 4 wrong usage.",
    )
    parser.add_argument("sources", nargs="+", metavar="SOURCE", help="a file or an http(s) address")
    parser.add_argument("--contract", default=str(DEFAULT_DOCUMENT), help="another version of the contract (a file)")
    parser.add_argument("--format", choices=FORMATS, default="terminal", help="(default: terminal)")
    parser.add_argument("--output", type=Path, help="write there instead of to the terminal")
    given = parser.parse_args(arguments)
    try:
        contract = load_contract(given.contract)
    except DocumentError as problem:
        parser.error(str(problem))
    results = [hold_against(contract, source) for source in given.sources]
    text = FORMATS[given.format](contract, results)
    if given.output is None:
        sys.stdout.write(text)
    else:
        try:
            given.output.write_text(text, encoding="utf-8")
        except OSError as problem:
            parser.error(f"--output {given.output} cannot be written: {problem.strerror or problem}")
    for result in results:
        if result.problem and (given.output is not None or given.format != "terminal"):
            sys.stderr.write(f"{result.sentence()}\n")
    return exit_status(results)


if __name__ == "__main__":
    sys.exit(main())
