"""The only place that picks concrete parts. Read it to know what runs."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import platformdirs
from fastapi import FastAPI
from pydantic import SecretStr

from testwright import __version__
from testwright.api.app import create_app, finish_routes
from testwright.api.collecting import keep_few_heaps
from testwright.api.metrics import Metrics
from testwright.api.services import ApiServices
from testwright.api.tracing import open_tracer
from testwright.conventions import FORMATTERS, TYPE_CHECKERS
from testwright.domain.access import LOCAL_OWNER, is_loopback
from testwright.domain.configuration import ProjectConfig
from testwright.domain.errors import Cancelled, FieldProblem, InputError, PermanentError, TransientError
from testwright.domain.ports import AnswerCache, Desk, ProjectView, Purse, Step, Writer
from testwright.domain.records import Accepted, Assignment
from testwright.domain.redaction import secrets_of
from testwright.domain.sessions import PERSON, Options, SourceFile
from testwright.frameworks import FRAMEWORKS, INSTRUMENTERS, can_be_run, is_test_or_tool, preferred_framework
from testwright.frameworks.python_runs import compile_assets
from testwright.frameworks.tested import those_tested
from testwright.jobs.client import EngineChoice, choose_engine, make_client
from testwright.jobs.embedded import EmbeddedEngine
from testwright.jobs.endpoint import mount
from testwright.jobs.functions import Work, build_functions
from testwright.jobs.inngest_server import InngestServer
from testwright.jobs.keeper import Keeper
from testwright.jobs.places import Places
from testwright.jobs.rounds import about_file
from testwright.jobs.slots import Slots, Ticket
from testwright.jobs.steps import DirectStep, StepPolicy
from testwright.jobs.terminals import is_gone, own_run_id
from testwright.languages import LANGUAGES, language_of
from testwright.languages.branching import decisions_in
from testwright.pipeline.cover_file import cover_file
from testwright.pipeline.tools import Tools
from testwright.providers.buying import Shop
from testwright.providers.models import Access, Models
from testwright.providers.options import Price
from testwright.providers.recording import Recording
from testwright.sandboxes.choose import Wish, choose
from testwright.sandboxes.metered import Metered
from testwright.settings import Settings
from testwright.sources import git_import, zip_import
from testwright.sources.folder import open_folder
from testwright.sources.git_import import GitLimits
from testwright.sources.github import GitHub, credentials_for
from testwright.sources.keeping import Imported, discard
from testwright.sources.project_config import read_config
from testwright.sources.registering import register_folder, suggest_folders
from testwright.sources.unreadable import why_unreadable
from testwright.sources.workspaces import CopiedWorkspaces
from testwright.sources.zip_import import ZipLimits
from testwright.store import Store
from testwright.toolchains.checks import Check, describe
from testwright.toolchains.finder import InstalledToolchains
from testwright.toolchains.locked.installing import LockedPackages
from testwright.writers.both import BothWriters
from testwright.writers.explorer import Explorer
from testwright.writers.explorer.javascript import JavaScriptExplorer
from testwright.writers.explorer.python import PythonExplorer
from testwright.writers.explorer.socket import LanguageExplorer
from testwright.writers.model import ModelWriter
from testwright.writers.model.prompting import prompts_version
from testwright.writers.person import Person

__all__ = [
    "Workbench",
    "decisions_in",
    "examine",
    "framework_for",
    "import_git",
    "import_zip",
    "language_of",
    "open_service",
    "open_workbench",
    "tested_of",
    "worth_testing",
]

logger = logging.getLogger("testwright")
EXPLORER, MODEL, BOTH = "explorer", "model", "both"
_QUICK, _AGAIN = 0.3, 0.6
"""Shares of the explorer's time before and after a model's draft."""
_ALSO_CALLED = {"node": "node:test"}
_SECONDS_BETWEEN_SWEEPS = 300.0
WEB_BUILD = Path(__file__).parent / "web_build"


@dataclass(frozen=True, slots=True, kw_only=True)
class Workbench:
    """What it takes to walk files through the line, without anybody driving yet."""

    settings: Settings
    store: Store
    tools: Tools
    workspaces: CopiedWorkspaces
    models: Models
    places: Places

    def writer_for(self, options: Options) -> tuple[str, str | None]:
        return writer_for(self.settings, self.models, options)

    async def cover(self, assignment: Assignment, desk: Desk, step: Step) -> None:
        await cover_file(assignment, desk, step, self.tools)

    async def walk_round(self, accepted: Accepted) -> None:
        """Walk all files of a round in this process, some at once. For sessions whose driver is not the engine."""
        session_id, round = accepted.session_id, accepted.round
        indexes = await self.store.claim_round(session_id, round, own_run_id())
        turns = Slots(self.settings.width)
        async with asyncio.TaskGroup() as group:
            for index in indexes or ():
                group.create_task(self._walk_file(session_id, round, index, turns.ticket()))
        await self.store.finish_round(session_id, round)
        await self.workspaces.close_round(session_id, round)

    async def _walk_file(self, session_id: str, round: int, index: int, ticket: Ticket) -> None:
        await ticket.take()
        try:
            assignment = await self.store.assignment(session_id, round, index)
            if assignment is None:
                return
            with self.places.known(_about(assignment), ticket):
                await self._walk(assignment)
        finally:
            ticket.give_back()

    async def _walk(self, assignment: Assignment) -> None:
        session_id, round, index = assignment.session_id, assignment.round, assignment.file_index
        desk = self.store.desk(session_id, round, index)
        policy = StepPolicy(
            desk=desk,
            file_index=index,
            cancelled=partial(self.store.cancelled, session_id, round),
            journal=self.store.journal(session_id, round, index),
        )
        try:
            await self.cover(assignment, desk, DirectStep(policy=policy))
        except PermanentError as error:
            await desk.fail(error)
        except Cancelled:
            return


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    app: FastAPI
    store: Store

    def close_streams(self) -> None:
        self.store.close_streams()

    async def has_keys(self) -> bool:
        return await self.store.access.has_keys()

    async def new_launch(self) -> str:
        return await self.store.access.add_launch(owner=LOCAL_OWNER)


@asynccontextmanager
async def open_workbench(settings: Settings, metrics: Metrics | None = None) -> AsyncIterator[Workbench]:
    """Store, sandbox and tools, with a meter in between. Raises PermanentError when the store cannot be opened."""
    async with Store.open(settings.home, _secret(settings.database_url), meter=metrics) as store:
        for session_id, owner, run_id in await store.of_terminals():
            if is_gone(run_id):  # killed, or its terminal was closed: nobody else would ever end it
                await store.cancel(session_id, owner)
        sandbox = await choose(at_once=settings.width, wish=_wish(settings))
        await asyncio.to_thread(compile_assets)
        workspaces = CopiedWorkspaces(settings.home)
        settings = as_recorded(settings)
        models = open_models(settings)
        places = Places(settings.model_width)
        tools = Tools(
            languages=LANGUAGES,
            language_of=language_of,
            frameworks=FRAMEWORKS,
            toolchains=InstalledToolchains(cache_folder(), locked=LockedPackages(cache_folder(), sandbox)),
            # One that refuses is left as it is: it knows why, and nothing ever runs in it.
            sandbox=sandbox if metrics is None or sandbox.tier == "unavailable" else Metered(sandbox, metrics.ran),
            workspaces=workspaces,
            writers=_writers(settings, models, store.answers),
            type_checkers=TYPE_CHECKERS,
            formatters=FORMATTERS,
            instrumenters=INSTRUMENTERS,
            stability_runs=settings.stability_runs,
            most_mutants=settings.most_mutants,
            challenge_seconds=settings.challenge_seconds,
            gain_usd=settings.gain_usd,
            away=lambda assignment: places.away(_about(assignment)),
        )
        yield Workbench(
            settings=settings, store=store, tools=tools, workspaces=workspaces, models=models, places=places
        )


@asynccontextmanager
async def open_service(
    settings: Settings, line: Callable[[Workbench], Work] = lambda bench: bench.cover
) -> AsyncIterator[Service]:
    """The web application with an engine behind it. `line` is what becomes of each file."""
    choice = choose_engine(
        inngest_dev=settings.inngest_dev,
        inngest_base_url=settings.inngest_base_url,
        inngest_event_key=_secret(settings.inngest_event_key),
        inngest_signing_key=_secret(settings.inngest_signing_key),
    )
    if choice.mode == "dev" and not is_loopback(settings.host):
        raise PermanentError(
            f"INNGEST_DEV checks no signatures: whoever reaches {settings.host} could run jobs of their own.",
            code="host_not_allowed",
            hint="Unset INNGEST_DEV or TESTWRIGHT_HOST.",
        )
    keep_few_heaps()
    async with AsyncExitStack() as stack:
        tracer = open_tracer(settings.otel_endpoint)
        if tracer is not None:
            stack.callback(tracer.close)
        metrics = Metrics(tracer)
        bench = await stack.enter_async_context(open_workbench(settings, metrics))
        engine, signing_key = _engine(settings, choice, bench.places)
        client = make_client(
            choice,
            signing_key=signing_key,
            signing_key_fallback=_secret(settings.inngest_signing_key_fallback),
            event_key=_secret(settings.inngest_event_key),
            send=engine.send if choice.mode == "embedded" else None,
        )
        functions = build_functions(
            client,
            bench.store,
            line(bench),
            width=settings.width,
            width_per_owner=settings.width_per_owner,
            width_per_session=settings.width_per_session,
            most_away=settings.model_width,
        )
        keeper = Keeper(bench.store, engine, session_hours=settings.session_hours)
        app = create_app(_api_services(bench, engine, keeper), metrics)
        endpoint = mount(app, client, functions)
        finish_routes(app)
        if isinstance(engine, EmbeddedEngine):
            await engine.start(endpoint, functions)
        else:
            await engine.start(endpoint)
        stack.push_async_callback(engine.stop)
        await keeper.start()
        stack.push_async_callback(keeper.stop)
        for work in (_keep_swept(bench), asyncio.to_thread(bench.models.load)):
            stack.callback(asyncio.create_task(work).cancel)
        yield Service(app=app, store=bench.store)


async def examine(settings: Settings) -> list[Check]:
    """What is there and what is missing, without a service running."""
    sandbox = await choose(at_once=1, wish=_wish(settings))
    return [*await describe(cache_folder(), sandbox), *_own_checks(settings)]


def _wish(settings: Settings) -> Wish:
    return Wish(
        tier=settings.sandbox,
        image=settings.sandbox_image,
        runtime=settings.sandbox_runtime,
        allow_unsandboxed=settings.allow_unsandboxed,
    )


def framework_for(path: str, view: ProjectView, wanted: str | None, config: ProjectConfig) -> str:
    """The framework for a source file: the one that was asked for, if it can, else the project's own."""
    language = language_of(path)
    if language is None:
        raise InputError(f"{path} is in no language that tests can be written for.", hint="Leave it out.")
    if not can_be_run(language, view):
        raise InputError(
            f"The project does not say how tests in {language} are run, so {path} cannot be tested.",
            code="runner_missing",
            hint=f"Name the command in testwright.toml, as [commands.{language}]: see docs/other-languages.md.",
        )
    if wanted is None:
        return project_framework(language, view, config, path)
    wanted = _known_framework(wanted)
    if language not in FRAMEWORKS[wanted].languages:
        fitting = [name for name, framework in FRAMEWORKS.items() if language in framework.languages]
        raise InputError(f"{wanted} cannot test {path}.", hint=f"Use {' or '.join(fitting)}.")
    return wanted


def project_framework(language: str, view: ProjectView, config: ProjectConfig, path: str = "") -> str:
    """What the project configures for a language, else what its files speak of; of those of a package for its files."""
    named = config.frameworks.get(language)
    if named is not None:
        return _known_framework(named)
    for_all = config.frameworks.get("")
    if for_all is not None and language in FRAMEWORKS[_known_framework(for_all)].languages:
        return _known_framework(for_all)
    return preferred_framework(language, view, path)


def _known_framework(name: str) -> str:
    name = _ALSO_CALLED.get(name, name)
    if name not in FRAMEWORKS:
        raise InputError(f"There is no framework {name}.", hint=f"Use one of: {', '.join(FRAMEWORKS)}.")
    return name


def worth_testing(view: ProjectView) -> list[str]:
    """The files of a project to pick when nobody picks: sources that define something, and are not tests themselves."""
    paths = [path for path in view.paths() if not is_test_or_tool(path)]
    able = {language for language in set(map(language_of, paths)) if language and can_be_run(language, view)}
    return [path for path in paths if language_of(path) in able and _defines_something(path, view.text(path))]


def _defines_something(path: str, text: str | None) -> bool:
    """Says yes to what cannot be read or does not parse: its failure then names the reason."""
    language = language_of(path)
    if language is None:
        return False
    try:
        LANGUAGES[language].analyse(SourceFile(path=path, text=text or "", framework=""))
    except PermanentError as error:
        return error.code != "nothing_to_test"
    return True


def _about(assignment: Assignment) -> dict[str, str | int]:
    return about_file(assignment.session_id, assignment.round, assignment.file_index)


def writer_for(settings: Settings, models: Models, options: Options) -> tuple[str, str | None]:
    """Who will write: the model and the explorer where the model is configured, else the explorer alone, unless the
    settings say otherwise. `explorer` as a model's name asks for it; any other name asks for that model.
    """
    if options.model == EXPLORER:
        return EXPLORER, None
    named = models.named(options.model)
    wants_explorer = settings.writer == EXPLORER or models.why_not(named.provider) is not None
    if options.model is None and wants_explorer:
        return EXPLORER, None
    models.require(named)
    if models.price_of(named) is None and (options.max_cost_usd is not None or settings.day_usd is not None):
        raise InputError(
            f"A limit on the cost cannot hold: the price of {named.model} is not known here.",
            code="price_unknown",
            hint="Set TESTWRIGHT_MODEL_INPUT_USD and TESTWRIGHT_MODEL_OUTPUT_USD, or leave the limit out.",
            fields=(FieldProblem("options.maxCostUsd", "needs the model's price"),),
        )
    return MODEL if settings.writer == MODEL else BOTH, options.model or models.usual_name


def cache_folder() -> Path:
    return platformdirs.user_cache_path("testwright")


def open_models(settings: Settings) -> Models:
    keys = {
        "gemini": _secret(settings.google_api_key),
        "openai": _secret(settings.openai_api_key),
        "anthropic": _secret(settings.anthropic_api_key),
    }
    addresses = {
        "gemini": settings.google_base_url,
        "openai": settings.openai_base_url,
        "anthropic": settings.anthropic_base_url,
        "ollama": settings.ollama_url,
    }
    price = None
    if settings.model_input_usd is not None and settings.model_output_usd is not None:
        price = Price(input_usd=settings.model_input_usd, output_usd=settings.model_output_usd)
    return Models(
        usual=settings.model,
        access=Access(
            keys={provider: key for provider, key in keys.items() if key},
            addresses={provider: address for provider, address in addresses.items() if address},
        ),
        price=price,
        replays=_recording(settings, settings.replay),
        only_when_named=settings.writer == EXPLORER,
        limit_seconds=settings.model_seconds,
        most_output_tokens=settings.model_output_tokens,
    )


def as_recorded(settings: Settings) -> Settings:
    """Where a session is replayed, the writer and its time for exploring are those of the recording."""
    recording = _recording(settings, settings.replay)
    if recording is None:
        return settings
    then = recording.then
    found = {"writer": then.get("writer"), "explore_seconds": then.get("seconds of exploration")}
    return settings.model_copy(update={name: value for name, value in found.items() if value is not None})


def _recording(settings: Settings, folder: Path | None) -> Recording | None:
    """With what shapes questions beside code and options."""
    if folder is None:
        return None
    now = {
        "writer": settings.writer,
        "seconds of exploration": settings.explore_seconds,
        "Testwright": __version__,
        "wording of questions": prompts_version(),
    }
    return Recording(folder=folder, now=now)


def _writers(
    settings: Settings, models: Models, answers: AnswerCache
) -> Mapping[str, Callable[[str | None, Purse, int], Writer]]:
    javascript = JavaScriptExplorer()
    languages: Mapping[str, LanguageExplorer] = {
        "python": PythonExplorer(),
        "javascript": javascript,
        "typescript": javascript,
    }

    def explorer(share: float = 1.0) -> Explorer:
        return Explorer(languages, seconds=share * settings.explore_seconds)

    secrets = (*models.access.keys.values(), *secrets_of(os.environ))
    shop = Shop(answers, recording=_recording(settings, settings.record), day_usd=settings.day_usd)

    def model(name: str | None, purse: Purse, seed: int) -> Writer:
        return ModelWriter(models.language_model(name, shop, purse, seed), LANGUAGES, secrets)

    def both(name: str | None, purse: Purse, seed: int) -> Writer:
        return BothWriters(model(name, purse, seed), explorer(_QUICK), explorer(_AGAIN), LANGUAGES)

    return {EXPLORER: lambda *_: explorer(), MODEL: model, BOTH: both, PERSON: lambda *_: Person()}


async def _keep_swept(bench: Workbench) -> None:
    """Delete private copies that nobody needs any more: of rounds that ended, and of what a crash left behind."""
    while True:
        try:
            await bench.workspaces.sweep(bench.store.running_sessions)
        except (OSError, TransientError):
            logger.exception("old workspaces could not be deleted; trying again later")
        await asyncio.sleep(_SECONDS_BETWEEN_SWEEPS)


def _engine(
    settings: Settings, choice: EngineChoice, places: Places
) -> tuple[EmbeddedEngine | InngestServer, str | None]:
    if choice.mode == "embedded":
        embedded = EmbeddedEngine(settings.home, _secret(settings.database_url), places=places)
        return embedded, embedded.signing_key
    if settings.width_per_owner is not None and settings.width_per_session is not None:
        raise PermanentError(
            "An Inngest server takes two limits of a function, not three.",
            code="engine_settings",
            hint="Unset TESTWRIGHT_WIDTH_PER_OWNER or TESTWRIGHT_WIDTH_PER_SESSION, or use the embedded engine.",
        )
    key = _secret(settings.inngest_signing_key)
    client = make_client(choice, signing_key=key, event_key=_secret(settings.inngest_event_key))
    return InngestServer(client, app_url=f"http://{settings.host}:{settings.api_port}", signing_key=key), key


def _api_services(bench: Workbench, engine: EmbeddedEngine | InngestServer, keeper: Keeper) -> ApiServices:
    settings = bench.settings

    async def doctor() -> list[dict[str, Any]]:
        checks = await describe(cache_folder(), bench.tools.sandbox)
        return [asdict(check) for check in (*checks, *_own_checks(settings))]

    return ApiServices(
        settings=settings,
        import_git=partial(import_git, settings),
        import_zip=partial(import_zip, settings),
        github=partial(github_for, settings),
        discard_import=lambda root: discard(Path(root), settings.home / "imports"),
        store=bench.store,
        engine=engine,
        dispatch=keeper.dispatch,
        cancel_runs=keeper.stop_runs,
        run_url=engine.run_url,
        frameworks=_frameworks,
        models=bench.models.listing,
        writer_for=bench.writer_for,
        languages_of=lambda name: FRAMEWORKS[name].languages if name in FRAMEWORKS else frozenset(),
        language_of_path=language_of,
        can_be_run=can_be_run,
        find_folder=partial(register_folder, roots=settings.roots),
        suggest_folders=partial(suggest_folders, settings.roots),
        open_folder=open_folder,
        why_unreadable=why_unreadable,
        doctor=doctor,
        installable=bench.tools.toolchains.installable,
        sandbox=bench.tools.sandbox.tier,
        web_build=WEB_BUILD,
        tested=tested_of,
        decisions_in=decisions_in,
        worth_testing=worth_testing,
        configured=read_config,
        framework_of=project_framework,
        suite_without=_suite_without,
        price_of=lambda name: bench.models.price_of(bench.models.named(name)),
        prices_as_of=bench.models.prices.as_of,
    )


def import_git(settings: Settings, url: str, branch: str | None, owner: str) -> Imported:
    limits = GitLimits(
        private_hosts=frozenset(host.lower() for host in settings.git_hosts),
        most_bytes=settings.import_bytes,
        seconds=settings.import_seconds,
    )
    # Whoever else shares the service has no part in what its owner's token opens.
    token = _secret(settings.github_token) if owner == LOCAL_OWNER else None
    header = credentials_for(url, settings.github_url, token)
    return git_import.import_git(url, branch, settings.home / "imports", limits, header=header)


def github_for(settings: Settings, owner: str) -> GitHub:
    """With the token of this installation, which is for its owner alone. Raises InputError `github_token`."""
    if settings.github_token is None or owner != LOCAL_OWNER:
        raise InputError(
            "GitHub is asked with a token, and there is none here for you.",
            code="github_token",
            hint="Set GITHUB_TOKEN; for a pull request it has to be allowed to write contents and pull requests.",
        )
    return GitHub(settings.github_url, settings.github_token.get_secret_value())


def import_zip(settings: Settings, data: bytes, name: str) -> Imported:
    return zip_import.import_zip(data, name, settings.home / "imports", ZipLimits(most_bytes=settings.import_bytes))


def tested_of(paths: Iterable[str], view: ProjectView) -> frozenset[str]:
    """Those that have a suite of their own."""
    languages = {path: language_of(path) for path in paths}
    return those_tested({path: language for path, language in languages.items() if language}, view)


def _suite_without(path: str, suite: str, names: frozenset[str]) -> str:
    """A suite for the source at `path` without the tests of these names; as it stands but for its layout without names.

    Raises ValueError with a sentence when it does not parse.
    """
    language = LANGUAGES[language_of(path) or ""]
    draft = language.split(suite)
    return language.render(draft.only(frozenset(case.name for case in draft.cases) - names))


def _frameworks() -> list[dict[str, Any]]:
    return [{"name": name, "languages": sorted(framework.languages)} for name, framework in FRAMEWORKS.items()]


def _own_checks(settings: Settings) -> list[Check]:
    models = open_models(settings)
    usual = models.named(None)
    missing = models.why_not(usual.provider)
    return [
        Check(
            name="model",
            status="ok" if missing is None else "warning",
            detail=str(usual) if missing is None else f"{missing}: the explorer writes the tests",
            fix=None if missing is None else "Set it for tests written by a model; `testwright models` lists them",
        ),
        Check(
            name="page",
            status="ok" if (WEB_BUILD / "index.html").exists() else "warning",
            detail="built" if (WEB_BUILD / "index.html").exists() else "not built",
            fix=None if (WEB_BUILD / "index.html").exists() else "make install",
        ),
    ]


def _secret(value: SecretStr | None) -> str | None:
    return None if value is None else value.get_secret_value()
