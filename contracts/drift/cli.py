"""The command ``contract drift``: compare the contract with published documents."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from contracts.document import DEFAULT_DOCUMENT, load_contract
from contracts.drift.results import FORMATS, compare_source, exit_status
from contracts.openapi.document_text import DocumentError

if TYPE_CHECKING:
    from collections.abc import Sequence


@click.command("drift", epilog="Exit status: 0 the same, 1 different, 3 a source could not be read, 4 wrong usage.")
@click.argument("sources", nargs=-1, required=True, metavar="SOURCE...")
@click.option("--contract", "document", default=str(DEFAULT_DOCUMENT), help="Another version of the contract (a file).")
@click.option("--format", "name", type=click.Choice(list(FORMATS)), default="terminal", show_default=True)
@click.option("--output", type=click.Path(path_type=Path), help="Write there instead of to the terminal.")
def compare_documents(sources: Sequence[str], document: str, name: str, output: Path | None) -> int:
    """Compare the contract with published documents.

    SOURCE is a file or an http(s) address: an OpenAPI 3.0 or 3.1 document, the text of the reference page as copied
    from the browser, or its Markdown.
    """
    try:
        contract = load_contract(document)
    except DocumentError as problem:
        raise click.UsageError(str(problem)) from None
    results = [compare_source(contract, source) for source in sources]
    text = FORMATS[name](contract, results)
    if output is None:
        click.echo(text, nl=False)
    else:
        try:
            output.write_text(text, encoding="utf-8")
        except OSError as problem:
            raise click.UsageError(f"--output {output} cannot be written: {problem.strerror or problem}") from None
    for result in results:
        if result.problem and (output is not None or name != "terminal"):
            click.echo(result.sentence(), err=True)
    return exit_status(results)
