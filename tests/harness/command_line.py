"""The command ``contract``: names for what the modules of the repository do, with their options and exit statuses."""

from __future__ import annotations

import difflib
import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any, Final

import click

from contracts.verdict import ExitStatus
from tests.harness.invocation import pytest_arguments

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

DISTRIBUTION: Final = "activepieces-create-project-contract"
#: The module with the ``main`` of each command, the arguments in front, and a line of help.
_COMMANDS: Final[dict[str, tuple[str, tuple[str, ...], str]]] = {
    "report": ("reports.__main__", ("report",), "Make the reports of saved runs again; report prune deletes old runs."),
    "compare": ("reports.__main__", ("compare",), "Compare two runs: what is new, fixed, no longer exercised."),
    "trend": ("reports.__main__", ("trend",), "Show the last runs of each target."),
    "accept": ("reports.__main__", ("accept",), "Propose entries for the file of known deviations."),
    "body": ("reports.__main__", ("body",), "Write the body of a finding's smallest case to standard output."),
    "corpus": ("reports.corpus", (), "Add the smallest cases of a run's findings to the corpus."),
    "cleanup": ("tests.harness.client.cleanup", (), "Delete what an interrupted run has left on the service."),
    "mock": ("tests.mock.cli", (), "Serve the mock."),
    "drift": ("contracts.drift.__main__", (), "Compare the contract with published documents."),
}


def main(arguments: Sequence[str]) -> int:
    """Run one command and return its exit status; wrong usage is 4."""
    try:
        status = _group.main(list(arguments), prog_name="contract", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        return int(ExitStatus.USAGE)
    except click.Abort:
        return int(ExitStatus.NO_VERDICT)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # Python would flush again at its end
        return int(ExitStatus.NO_VERDICT)
    except Exception as problem:  # noqa: BLE001  # Python would end with 1, which means a broken promise
        click.echo(f"contract: {type(problem).__name__}", err=True)  # the words of an error may hold the key
        return int(ExitStatus.NO_VERDICT)
    return int(status or 0)


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "not installed"


@click.group(epilog="Exit status: 0 kept, 1 a promise is broken, 3 no verdict, 4 wrong usage.")
@click.version_option(_version(), message="%(prog)s %(version)s")
def _group() -> None:
    """The contract test suite of POST /v1/projects."""


def _forwarded(name: str, text: str) -> Callable[[Callable[..., int]], click.Command]:
    """A command that hands all its arguments on, --help too."""

    def decorate(function: Callable[..., int]) -> click.Command:
        settings: dict[str, Any] = {"ignore_unknown_options": True, "help_option_names": []}
        parameter = click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
        return _group.command(name, help=text, context_settings=settings)(parameter(function))

    return decorate


@_forwarded("run", "Run the suite; takes its options and those of pytest.")
def _run(arguments: tuple[str, ...]) -> int:
    import pytest  # noqa: PLC0415  # the other commands do not need it

    return int(pytest.main(pytest_arguments(arguments)))


@_group.command("replay", context_settings={"ignore_unknown_options": True})
@click.argument("finding")
@click.option("--run", default="reports/runs/latest", help="The folder of the run that had the finding.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def _replay(context: click.Context, finding: str, run: str, arguments: tuple[str, ...]) -> int:
    """Send the smallest case of FINDING again; takes the options of run."""
    return int(context.invoke(_run, arguments=("--replay", finding, "--run", run, *arguments)))


def _module_command(name: str) -> None:
    module, front, text = _COMMANDS[name]

    def command(arguments: tuple[str, ...]) -> int:
        try:
            return int(import_module(module).main([*front, *arguments]) or 0)
        except SystemExit as end:  # argparse, after help and after wrong usage
            return int(ExitStatus.USAGE) if end.code not in {0, 1, 3, None} else int(end.code or 0)

    _forwarded(name, text)(command)


for _name in _COMMANDS:
    _module_command(_name)


@_group.command("explain")
@click.argument("clause")
@click.option("--contract", "document", help="An OpenAPI document with another version of the contract.")
def _explain(clause: str, document: str | None) -> int:
    """Print what CLAUSE promises, the words that it rests on, where they are found, and its level."""
    from contracts.clauses import catalogue  # noqa: PLC0415  # as above
    from contracts.document import DEFAULT_DOCUMENT, load_contract  # noqa: PLC0415
    from contracts.openapi.texts import DocumentError  # noqa: PLC0415

    try:
        clauses = catalogue(load_contract(document or str(DEFAULT_DOCUMENT)))
    except DocumentError as problem:
        raise click.ClickException(str(problem)) from None
    found = clauses.get(clause.partition(":")[0])  # the name of a finding begins with its clause
    if found is None:
        similar = difflib.get_close_matches(clause, clauses, cutoff=0.5) or list(clauses)
        raise click.ClickException(f"there is no clause {clause!r}; similar ones: {', '.join(similar[:5])}")
    click.echo(f"{found.id}\n  {found.promise}\n")
    click.echo(f'  statement  "{found.statement}"\n  source     {found.source}\n  level      {found.level.value}')
    return int(ExitStatus.KEPT)
