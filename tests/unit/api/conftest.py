"""A door on a real store in a temporary folder; only the engine behind it and the plug-ins are fakes."""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from testwright.api.app import create_app, finish_routes
from testwright.api.services import ApiServices
from testwright.domain.errors import EngineUnreachable, PermanentError
from testwright.domain.events import Event
from testwright.domain.ports import ProjectView
from testwright.domain.records import Accepted, NewSession
from testwright.domain.sessions import Options, SourceFile
from testwright.sources.folder import open_folder
from testwright.sources.git_import import GitLimits, import_git
from testwright.sources.github import GitHub
from testwright.sources.keeping import discard
from testwright.sources.project_config import read_config
from testwright.sources.registering import register_folder, suggest_folders
from testwright.sources.unreadable import why_unreadable
from testwright.sources.zip_import import import_zip
from testwright.store import Store

_LANGUAGES = {".py": "python", ".ts": "typescript", ".tsx": "typescript", ".js": "javascript"}
_FRAMEWORKS = {
    "pytest": frozenset({"python"}),
    "jest": frozenset({"javascript", "typescript"}),
    "vitest": frozenset({"javascript", "typescript"}),
}


@dataclass(frozen=True, kw_only=True)
class DoorSettings:
    host: str = "127.0.0.1"
    api_port: int = 5000
    page_port: int = 3000
    origins: tuple[str, ...] = ("https://tests.example.org",)
    roots: tuple[Path, ...] = ()
    width: int = 2
    max_files: int = 500
    max_file_bytes: int = 1 << 20
    max_request_bytes: int = 20 << 20
    day_usd: float | None = 5.0
    gain_usd: float | None = None
    names: tuple[str, ...] = ()
    requests_a_minute: int = 600


@dataclass
class FakeEngine:
    """Notes what it is asked. `down` makes it unreachable."""

    name: str = "embedded"
    down: bool = False
    dispatched: list[Accepted] = field(default_factory=list)
    cancelled: list[tuple[str, int]] = field(default_factory=list)

    async def send(self, name: str, event_id: str, data: Mapping[str, str | int]) -> str:
        return event_id

    async def health(self) -> Mapping[str, Any]:
        if self.down:
            raise EngineUnreachable("Inngest did not answer on :8288.")
        return {"answers": True, "version": "1"}

    async def dispatch(self, accepted: Accepted) -> None:
        self.dispatched.append(accepted)
        if self.down:
            raise EngineUnreachable("Inngest did not answer on :8288.", hint="Start it, or unset INNGEST_DEV.")

    async def cancel_runs(self, session_id: str, round: int) -> None:
        self.cancelled.append((session_id, round))


async def _models() -> list[dict[str, Any]]:
    return [{"name": "gemini:gemini-3.8-flash"}]


def _writer_for(options: Options) -> tuple[str, str | None]:
    if options.model == "unknown-model":
        raise PermanentError("No key for unknown-model.", code="model_refused", hint="Set GOOGLE_API_KEY.")
    return ("model", options.model) if options.model not in (None, "explorer") else ("explorer", None)


def _tested(paths: Iterable[str], view: ProjectView) -> frozenset[str]:
    return frozenset(path for path in paths if view.exists(f"tests/test_{path.rsplit('/', 1)[-1]}"))


def _suite_without(path: str, suite: str, names: frozenset[str]) -> str:
    if suite == "broken":
        raise ValueError("line 1 is broken")
    gone = [name for name in sorted(names) if name in suite]
    return f"{suite}// without {', '.join(gone)}" if gone else suite


async def _doctor() -> list[dict[str, Any]]:
    return [{"name": "sandbox", "ok": True, "fix": None}]


@dataclass
class OpenStream:
    """One connection to the stream, driven on plain ASGI: httpx would wait for the answer's end."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    text: str = ""
    ended: asyncio.Event = field(default_factory=asyncio.Event)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Mapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        else:
            self.text += message["body"].decode()
            if not message.get("more_body"):
                self.ended.set()
        self.news.set()

    @property
    def events(self) -> list[tuple[int, dict[str, Any]]]:
        """Number and contents of every whole event so far."""
        frames = [frame.split("\n") for frame in self.text.split("\n\n")[:-1]]
        fields = [dict(line.split(": ", 1) for line in frame if not line.startswith(":")) for frame in frames]
        return [(int(each["id"]), json.loads(each["data"])) for each in fields if "id" in each]

    @property
    def types(self) -> list[str]:
        return [event["type"] for _, event in self.events]

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5):
            while len(self.events) < count:
                self.news.clear()
                await self.news.wait()

    async def until_text(self, text: str) -> None:
        async with asyncio.timeout(5):
            while text not in self.text:
                self.news.clear()
                await self.news.wait()

    async def until_the_end(self) -> None:
        async with asyncio.timeout(5):
            await self.ended.wait()


@dataclass
class Door:
    """The application, its store, its engine and a client that stands at localhost:5000."""

    app: FastAPI
    store: Store
    engine: FakeEngine
    client: httpx.AsyncClient

    async def post(self, path: str, body: object = None, **headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        content = None if body is None else json.dumps(body)
        if content is not None:
            named.setdefault("content-type", "application/json")
        return await self.client.post(path, content=content, headers=named)

    async def get(self, path: str, **headers: str) -> httpx.Response:
        return await self.client.get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    @asynccontextmanager
    async def stream(self, session_id: str, query: str = "", **headers: str) -> AsyncIterator[OpenStream]:
        """A connection; leaving the block closes it from the client's side."""
        opened, gone = OpenStream(), asyncio.Event()

        async def receive() -> Mapping[str, Any]:
            await gone.wait()
            return {"type": "http.disconnect"}

        named = {"host": "localhost:5000"} | {name.replace("_", "-"): value for name, value in headers.items()}
        scope = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.3"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"/api/inngest/stream/{session_id}",
            "raw_path": f"/api/inngest/stream/{session_id}".encode(),
            "query_string": query.encode(),
            "root_path": "",
            "headers": [(name.encode(), value.encode()) for name, value in named.items()],
            "server": ("127.0.0.1", 5000),
            "client": ("127.0.0.1", 40000),
        }
        answering = asyncio.create_task(self.app(scope, receive, opened.send))  # type: ignore[arg-type]
        try:
            yield opened
        finally:
            gone.set()
            async with asyncio.timeout(5):
                await answering

    async def start(self, **changes: object) -> str:
        answer = await self.post("/api/inngest/trigger", request(**changes))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["sessionId"])

    async def tell_one_file(self, session_id: str, round: int = 1, index: int = 1, code: str = "tests_failed") -> None:
        """What a job would tell of a file that fails."""
        await self.store.claim_round(session_id, round, f"run-{round}")
        await self.store.tell(session_id, round, Event(type="file_processing", message="Reading it", file_index=index))
        await self.store.desk(session_id, round, index).fail(PermanentError("No tests held.", code=code))

    async def finish(self, session_id: str, round: int = 1, code: str = "tests_failed") -> None:
        await self.tell_one_file(session_id, round, code=code)
        await self.store.finish_round(session_id, round)


def request(**changes: object) -> dict[str, object]:
    """The brief's own example, with some fields changed; None leaves one out."""
    body: dict[str, object] = {
        "repositoryId": "your-repo-id",
        "files": [{"path": "src/components/Button.tsx", "content": "file content here", "framework": "jest"}],
        "framework": "jest",
        "repoBranch": "main",
        "options": {
            "testTypes": ["unit", "integration"],
            "coverage": "comprehensive",
            "includeEdgeCases": True,
            "mockExternal": True,
        },
    } | changes
    return {name: value for name, value in body.items() if value is not None}


@pytest.fixture(name="request_body")
def _request_body() -> Callable[..., dict[str, object]]:
    return request


@pytest.fixture
def new_session() -> Callable[..., NewSession]:
    def make(**changes: Any) -> NewSession:
        values: dict[str, Any] = {
            "owner": "local",
            "repository_id": "shop",
            "repository_root": None,
            "branch": None,
            "framework": "jest",
            "files": (SourceFile(path="src/a.ts", text="export const a = 1", framework="jest"),),
            "options": Options(),
            "writer": "explorer",
            "model": None,
            "estimate_seconds": 30,
            "request_hash": "hash",
        }
        return NewSession(**values | changes)

    return make


@pytest.fixture
def open_stream() -> type[OpenStream]:
    return OpenStream


@pytest.fixture(scope="session")
def migrated_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrating takes longer than most of these tests: it is done once."""
    home = tmp_path_factory.mktemp("api-store")

    async def migrate() -> None:
        async with Store.open(home):
            pass

    asyncio.run(migrate())
    return home


@pytest.fixture
async def store(migrated_home: Path, tmp_path: Path) -> AsyncIterator[Store]:
    shutil.copytree(migrated_home, tmp_path / "home")
    async with Store.open(tmp_path / "home") as opened:
        yield opened


@pytest.fixture
def settings(tmp_path: Path) -> DoorSettings:
    return DoorSettings(roots=(tmp_path / "code",))


@pytest.fixture
def web_build() -> Path | None:
    return None


async def _installable(framework: str, root: str, *, near: str) -> str | None:
    return f"22 packages from {Path(near).parent}/uv.lock" if near.endswith(".py") else None


@pytest.fixture
def git_hosts() -> frozenset[str]:
    return frozenset()


@pytest.fixture
def ask_github() -> Callable[[str], GitHub] | None:
    return None


def github_of(engine: FakeEngine, ask: Callable[[str], GitHub] | None) -> Callable[[str], GitHub]:
    """One that knows nothing, and does not answer while the engine is down; unless a test has one of its own."""

    def answer(request: httpx.Request) -> httpx.Response:
        if engine.down:
            raise httpx.ConnectError("refused")
        return httpx.Response(404, json={"message": "Not Found"})

    transport = httpx.MockTransport(answer)
    return ask or (lambda owner: GitHub("https://api.github.example", "token", transport=transport))


@pytest.fixture
async def door(
    store: Store,
    settings: DoorSettings,
    web_build: Path | None,
    git_hosts: frozenset[str],
    ask_github: Callable[[str], GitHub] | None,
    tmp_path: Path,
) -> AsyncIterator[Door]:
    engine, imports = FakeEngine(), tmp_path / "imports"
    services = ApiServices(
        settings=settings,
        store=store,
        engine=engine,
        dispatch=engine.dispatch,
        sandbox="isolated",
        cancel_runs=engine.cancel_runs,
        frameworks=lambda: [{"name": name, "languages": sorted(able)} for name, able in _FRAMEWORKS.items()],
        models=_models,
        writer_for=_writer_for,
        languages_of=lambda framework: _FRAMEWORKS.get(framework, frozenset()),
        language_of_path=lambda path: _LANGUAGES.get(Path(path).suffix),
        find_folder=partial(register_folder, roots=settings.roots),
        suggest_folders=partial(suggest_folders, settings.roots),
        open_folder=open_folder,
        why_unreadable=why_unreadable,
        github=github_of(engine, ask_github),
        doctor=_doctor,
        installable=_installable,
        web_build=web_build,
        tested=_tested,
        configured=read_config,
        suite_without=_suite_without,
        framework_of=lambda language, *_: {"python": "unittest"}.get(language, "vitest"),
        import_git=lambda url, branch, owner: import_git(url, branch, imports, GitLimits(private_hosts=git_hosts)),
        import_zip=lambda data, name: import_zip(data, name, imports),
        discard_import=lambda root: discard(Path(root), imports),
    )
    app = create_app(services)

    @app.post("/api/inngest", include_in_schema=False)
    async def jobs() -> dict[str, str]:
        return {"mounted": "jobs"}

    @app.get("/api/broken", include_in_schema=False)
    async def broken() -> None:
        raise ValueError("a secret of /srv/somewhere")

    finish_routes(app)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost:5000") as client:
        yield Door(app=app, store=store, engine=engine, client=client)
