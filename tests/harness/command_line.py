"""The command ``contract``: runs the suite, and loads the commands of other modules."""

from __future__ import annotations

import difflib
import os
import sys
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Final

import click

from contracts.verdict import ExitStatus
from tests.harness.invocation import pytest_arguments

if TYPE_CHECKING:
    from collections.abc import Sequence

DISTRIBUTION: Final = "activepieces-create-project-contract"
#: The commands of other modules, which are imported on demand.
_COMMANDS: Final = {
    "report": "reports.cli:report",
    "compare": "reports.cli:compare_runs",
    "trend": "reports.cli:show_trend",
    "accept": "reports.cli:propose_deviations",
    "body": "reports.cli:write_body",
    "corpus": "reports.corpus_command:add_to_corpus",
    "cleanup": "tests.harness.cleanup_command:clean_up_run",
    "mock": "tests.mock.cli:serve_mock",
    "drift": "contracts.drift.cli:compare_documents",
}


class _Group(click.Group):
    """The commands of this module and of :data:`_COMMANDS`."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return super().get_command(ctx, cmd_name)
        module, _, name = _COMMANDS[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command


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
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # otherwise Python flushes again at exit
        return int(ExitStatus.NO_VERDICT)
    except Exception as problem:  # noqa: BLE001  # Python would end with 1, which means a broken promise
        click.echo(f"contract: {type(problem).__name__}", err=True)  # the message of an error may contain the key
        return int(ExitStatus.NO_VERDICT)
    return int(status or 0)


def _version() -> str:
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "not installed"


@click.group(cls=_Group, epilog="Exit status: 0 kept, 1 a promise is broken, 3 no verdict, 4 wrong usage.")
@click.version_option(_version(), message="%(prog)s %(version)s")
def _group() -> None:
    """The contract test suite of POST /v1/projects."""


@_group.command("run", context_settings={"ignore_unknown_options": True, "help_option_names": []})
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
def _run(arguments: tuple[str, ...]) -> int:
    """Run the suite.

    Takes its options and those of pytest.
    """
    import pytest  # noqa: PLC0415  # the other commands do not need it

    return int(pytest.main(pytest_arguments(arguments)))


@_group.command("replay", context_settings={"ignore_unknown_options": True})
@click.argument("finding")
@click.option("--run", default="reports/runs/latest", help="The folder of the run with the finding.")
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.pass_context
def _replay(context: click.Context, finding: str, run: str, arguments: tuple[str, ...]) -> int:
    """Send the smallest case of FINDING again.

    Takes the options of contract run.
    """
    return int(context.invoke(_run, arguments=("--replay", finding, "--run", run, *arguments)))


@_group.command("explain")
@click.argument("clause")
@click.option("--contract", "document", help="An OpenAPI document to use as the contract.")
def _explain(clause: str, document: str | None) -> int:
    """Explain a clause.

    Prints what CLAUSE promises, the words that it rests on, where they are found, and its level.
    """
    from contracts.clauses import catalogue  # noqa: PLC0415  # as above
    from contracts.document import DEFAULT_DOCUMENT, load_contract  # noqa: PLC0415
    from contracts.openapi.document_text import DocumentError  # noqa: PLC0415

    try:
        clauses = catalogue(load_contract(document or str(DEFAULT_DOCUMENT)))
    except DocumentError as problem:
        raise click.ClickException(str(problem)) from None
    found = clauses.get(clause.partition(":")[0])  # the id of a finding begins with its clause
    if found is None:
        similar = difflib.get_close_matches(clause, clauses, cutoff=0.5) or list(clauses)
        raise click.ClickException(f"there is no clause {clause!r}; similar ones: {', '.join(similar[:5])}")
    click.echo(f"{found.id}\n  {found.promise}\n")
    click.echo(f'  statement  "{found.statement}"\n  source     {found.source}\n  level      {found.level.value}')
    return int(ExitStatus.KEPT)
