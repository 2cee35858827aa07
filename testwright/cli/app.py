"""The commands and their options. Everything heavy is imported inside a command, so that `--help` stays quick."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from testwright import __version__
from testwright.cli.exits import STOPPED, USAGE, exit_status_of
from testwright.domain.errors import TestwrightError

app = typer.Typer(
    name="testwright",
    help="Writes tests that have proved themselves.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


def main() -> None:
    """The program. Our own errors become one sentence and a hint on stderr, and an exit status that says their kind."""
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(STOPPED)
    except TestwrightError as error:
        complain(error)
        sys.exit(exit_status_of(error.code))


def complain(error: TestwrightError) -> None:
    print(f"testwright: {error.message}", file=sys.stderr)
    if error.hint:
        print(f"            {error.hint}", file=sys.stderr)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"testwright {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and exit.")
    ] = False,
) -> None:
    """Writes tests that have proved themselves."""


@app.command()
def up(
    example: Annotated[
        Path | None,
        typer.Option(help="Once the service answers, generate tests for this folder through its API and show it live."),
    ] = None,
) -> None:
    """Start the service: API on 5000, page on 3000. Ctrl-C stops it; whatever was running goes on at the next start."""
    from testwright.cli.service import run_service

    status = run_service(example)
    sys.stdout.flush()
    sys.stderr.flush()
    # All that is ours is closed. Taking the interpreter apart would make Ctrl-C take twice as long.
    os._exit(status)


@app.command(name="config")
def config_command(
    folder: Annotated[Path, typer.Argument(help="A folder of the project.", exists=True, file_okay=False)] = Path(),
    show_origin: Annotated[bool, typer.Option("--show-origin", help="Say of each value where it comes from.")] = False,
    json_schema: Annotated[
        bool, typer.Option("--schema", help="Print the JSON schema of a project's configuration instead.")
    ] = False,
) -> None:
    """Print what holds for a project (testwright.toml and the like) and for this installation."""
    from testwright.cli.configured import print_config, print_schema

    if json_schema:
        print_schema()
    else:
        print_config(folder, show_origin=show_origin)


@app.command()
def generate(
    paths: Annotated[
        list[str],
        typer.Argument(help="Source files or folders; also a git address (https://…) or a zip.", show_default=False),
    ],
    branch: Annotated[str | None, typer.Option(help="The branch or tag to take of a git address.")] = None,
    since: Annotated[
        str | None,
        typer.Option(help="Only files that changed since this branch, tag or commit, untracked ones included."),
    ] = None,
    untested: Annotated[bool, typer.Option("--untested", help="Only files without tests of their own.")] = False,
    most: Annotated[
        int | None,
        typer.Option(
            "--riskiest",
            min=1,
            metavar="N",
            help="Only N of each project: least covered × most decisions × most often changed, the worst first.",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would be done and what it would take; start nothing.")
    ] = False,
    framework: Annotated[
        str | None,
        typer.Option(help="pytest, unittest, vitest, jest, mocha or node:test; found by itself when left out."),
    ] = None,
    unit: Annotated[
        bool | None, typer.Option("--unit/--no-unit", help="Tests of each symbol by itself. Usually yes.")
    ] = None,
    integration: Annotated[
        bool | None,
        typer.Option("--integration/--no-integration", help="Tests of symbols working together. Usually no."),
    ] = None,
    basic: Annotated[
        bool | None,
        typer.Option("--basic/--comprehensive", help="One test a symbol, or as many as it takes. Usually the latter."),
    ] = None,
    edge_cases: Annotated[
        bool | None,
        typer.Option("--edge-cases/--no-edge-cases", help="Tests of boundaries and of what is refused. Usually yes."),
    ] = None,
    mocks: Annotated[
        bool | None,
        typer.Option("--mocks/--no-mocks", help="Replace what lies outside (network, clock) in tests. Usually yes."),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="A model's name, as `testwright models` lists them, or `explorer` to use none.")
    ] = None,
    max_cost_usd: Annotated[
        float | None, typer.Option("--max-cost-usd", min=0, help="What a project's session may spend on a model.")
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Agree that files are sent to the model's provider.")] = False,
    install: Annotated[
        bool,
        typer.Option(
            "--install",
            help="Where a project's packages are not installed, install them from its lock file, outside of it.",
        ),
    ] = False,
    record: Annotated[
        Path | None, typer.Option(help="Write every answer of the model into this folder.", file_okay=False)
    ] = None,
    replay: Annotated[
        Path | None, typer.Option(help="Run with the answers of such a folder; nobody is asked.", file_okay=False)
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="The result as JSON on stdout.")] = False,
    ndjson: Annotated[
        bool,
        typer.Option("--ndjson", help="The events as they come, one JSON a line on stdout."),
    ] = False,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write into the tree: new files, and lines added to suites.")
    ] = False,
) -> None:
    """Write, run and prove tests for source files, here and now.

    What is not said here, the project may say (docs/configuration.md).
    Exit status: 0 all proven, 1 some not, 2 usage, 3 set-up, 4 model or network, 130 stopped.
    """
    from testwright.cli.fetching import folders_for
    from testwright.cli.generate import Wish, generate_all
    from testwright.cli.selecting import select
    from testwright.cli.typed import typed_options
    from testwright.domain.sessions import Options
    from testwright.settings import read_settings
    from testwright.sources.picking import Choice

    typed = typed_options(
        unit=unit,
        integration=integration,
        basic=basic,
        edge_cases=edge_cases,
        mocks=mocks,
        model=model,
        max_cost_usd=max_cost_usd,
        install=install,
    )
    if typed.get("test_types") == ():
        print("testwright: nothing to write: give --unit, --integration or both.", file=sys.stderr)
        sys.exit(USAGE)
    if record is not None and replay is not None:
        print("testwright: --record and --replay at once make no sense: give one of them.", file=sys.stderr)
        sys.exit(USAGE)
    if ndjson and json_output:
        print("testwright: --json and --ndjson both want stdout: give one of them.", file=sys.stderr)
        sys.exit(USAGE)
    wish = Wish(
        projects=select(folders_for(paths, branch, read_settings())),
        framework=framework,
        options=Options(**typed),
        given=frozenset(typed),
        as_json=json_output,
        as_events=ndjson,
        apply=apply,
        yes=yes,
        record=record,
        replay=replay,
        choice=Choice(since=since, untested=untested, most=most),
        dry_run=dry_run,
    )
    sys.exit(asyncio.run(generate_all(wish)))


@app.command()
def verify(
    source: Annotated[Path, typer.Argument(help="The source file that the tests are about.")],
    suite: Annotated[Path, typer.Argument(help="The file with the tests, wherever it lies.")],
    framework: Annotated[str | None, typer.Option(help="Found by itself when left out.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="What was seen, as JSON on stdout.")] = False,
) -> None:
    """Put tests that you or an agent wrote before the same court as ours: shuffled, alone, and against broken code.

    Exit status: 0 every test holds, 1 not, 2 usage, 3 set-up.
    """
    from testwright.cli.verifying import run

    sys.exit(run(source, suite, framework, as_json=json_output))


@app.command()
def mcp() -> None:
    """Serve agents over standard input and output (Model Context Protocol): start, status, results, apply, verify."""
    from testwright.cli.mcp.tools import serve

    sys.exit(asyncio.run(serve()))


@app.command(name="github-action", hidden=True)
def github_action() -> None:
    """What action.yml runs."""
    from testwright.cli.github_action import main as run_action

    sys.exit(run_action())


@app.command()
def doctor(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A project, to say what was found out of it too.", exists=True, file_okay=False),
    ] = None,
    json_output: Annotated[bool, typer.Option("--json", help="The checks as JSON on stdout.")] = False,
) -> None:
    """Say what is there, what is missing, and the command that mends it; of a project, how it is built and tested."""
    from testwright.cli.doctor import examine

    sys.exit(asyncio.run(examine(folder, as_json=json_output)))


@app.command()
def models(json_output: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False) -> None:
    """List the models that can be asked, with their prices, and say what is missing for the others."""
    from testwright.cli.models import list_models

    sys.exit(asyncio.run(list_models(as_json=json_output)))


@app.command()
def sessions(
    session_id: Annotated[
        str | None, typer.Argument(help="Print the suites of this one instead.", show_default=False)
    ] = None,
    apply: Annotated[
        bool, typer.Option("--apply", help="Write that session's suites into its tree; nothing of yours changes.")
    ] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back exactly what that session wrote.")] = False,
    patch: Annotated[
        bool, typer.Option("--patch", help="Print that session's suites as a patch that git apply takes.")
    ] = False,
    branch: Annotated[
        str | None, typer.Option(help="Commit that session's suites to a new branch; your tree stays as it is.")
    ] = None,
    pull_request: Annotated[
        bool, typer.Option("--pull-request", help="Open a pull request on GitHub with them (needs GITHUB_TOKEN).")
    ] = False,
    base: Annotated[str | None, typer.Option(help="The branch that a pull request is for; GitHub's usual one.")] = None,
    suspects: Annotated[
        bool, typer.Option("--suspects", help="Its possible bugs instead, each a file that goes red once it is fixed.")
    ] = False,
    report: Annotated[
        str | None,
        typer.Option("--report", help="For other programs: sarif, junit, markdown, lcov or mutation."),
    ] = None,
    most: Annotated[int, typer.Option("--most", min=1, max=500, help="How many to list.")] = 20,
    json_output: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> None:
    """List sessions, newest first; or print one's suites, write them into the tree, or take them back."""
    from testwright.cli.sending import commit_session, request_pull
    from testwright.cli.sessions import Deed, handle_session, list_sessions, print_report

    deeds = [deed for deed, wanted in ((Deed.APPLY, apply), (Deed.UNDO, undo), (Deed.PATCH, patch)) if wanted]
    wishes = " ".join(
        [
            *(f"--{deed}" for deed in deeds),
            *([f"--branch {branch}"] if branch and not pull_request else []),
            *(["--pull-request"] if pull_request else []),
            *(["--suspects"] if suspects else []),
            *([f"--report {report}"] if report else []),
        ]
    )
    if len(deeds) + bool(report) + bool(branch or pull_request) > 1:
        print(f"testwright: {wishes} are different things: give one of them.", file=sys.stderr)
        sys.exit(USAGE)
    if base is not None and not pull_request:
        print("testwright: --base is for --pull-request.", file=sys.stderr)
        sys.exit(USAGE)
    if session_id is not None and pull_request:
        sys.exit(asyncio.run(request_pull(session_id, branch, base)))
    if session_id is not None and branch is not None:
        sys.exit(asyncio.run(commit_session(session_id, branch)))
    if session_id is not None and report is not None:
        sys.exit(asyncio.run(print_report(session_id, report)))
    if session_id is not None:
        deed = deeds[0] if deeds else Deed.PRINT
        sys.exit(asyncio.run(handle_session(session_id, deed, suspects=suspects, as_json=json_output)))
    if wishes:
        print(f"testwright: {wishes} needs a session: testwright sessions SESSION_ID {wishes}", file=sys.stderr)
        sys.exit(USAGE)
    sys.exit(asyncio.run(list_sessions(most=most, as_json=json_output)))


@app.command()
def github(
    repository: Annotated[
        str | None, typer.Argument(help="OWNER/NAME: list its files instead.", show_default=False)
    ] = None,
    ref: Annotated[str | None, typer.Option(help="The branch or tag whose files to list.")] = None,
    json_output: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False,
) -> None:
    """List the repositories on GitHub that GITHUB_TOKEN may see, private ones included, or the files of one."""
    from testwright.cli.on_github import list_files, list_repositories

    if repository is not None:
        sys.exit(asyncio.run(list_files(repository, ref, as_json=json_output)))
    if ref is not None:
        print("testwright: --ref is for a repository: testwright github OWNER/NAME --ref BRANCH", file=sys.stderr)
        sys.exit(USAGE)
    sys.exit(asyncio.run(list_repositories(as_json=json_output)))


keys = typer.Typer(
    help="Who may call the service, once it is not only you.", no_args_is_help=True, rich_markup_mode=None
)
app.add_typer(keys, name="keys")
_OWNER = typer.Option(help="Whose sessions it opens; each owner sees only their own.")


@keys.command("add")
def add_key(
    name: Annotated[str, typer.Argument(help="What you will know it by.")],
    owner: Annotated[str, _OWNER] = "local",
    read_only: Annotated[bool, typer.Option("--read-only", help="It may look, and start nothing.")] = False,
) -> None:
    """Make a key and print it, this once. As soon as there is one, every request needs one."""
    from testwright.cli.keys import add

    sys.exit(asyncio.run(add(name, owner=owner, reads_only=read_only)))


@keys.command("list")
def list_keys(json_output: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False) -> None:
    """List the keys: ids, names, whether they hold."""
    from testwright.cli.keys import show

    sys.exit(asyncio.run(show(as_json=json_output)))


@keys.command("revoke")
def revoke_key(key_id: Annotated[str, typer.Argument(help="Its id, as `testwright keys list` shows it.")]) -> None:
    """Let a key open nothing any more. Open streams end within seconds."""
    from testwright.cli.keys import revoke

    sys.exit(asyncio.run(revoke(key_id)))


@keys.command("launch")
def launch_page(owner: Annotated[str, _OWNER] = "local") -> None:
    """Print a link that opens the page in your browser, once and within ten minutes."""
    from testwright.cli.keys import launch

    sys.exit(asyncio.run(launch(owner)))


db = typer.Typer(no_args_is_help=True, help="The database: its state, its schema, a copy of it.", rich_markup_mode=None)
app.add_typer(db, name="db")


@db.command()
def upgrade() -> None:
    """Bring the database to this version's schema, after a copy of a SQLite file, as a start of the service does."""
    from testwright.cli import database

    sys.exit(database.upgrade())


@db.command()
def check(json_output: Annotated[bool, typer.Option("--json", help="As JSON on stdout.")] = False) -> None:
    """Say whether the database is sound and of this version. Exit status: 0 it is, 1 not yet, 3 it cannot be used."""
    from testwright.cli import database

    sys.exit(database.check(as_json=json_output))


@db.command()
def backup(
    target: Annotated[Path | None, typer.Argument(help="Where to; beside the database when left out.")] = None,
) -> None:
    """Copy the SQLite file as it is at one moment, while the service may run. The path of the copy is printed."""
    from testwright.cli import database

    sys.exit(database.backup(target))
