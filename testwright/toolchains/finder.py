"""How a project's tests are run: with its own runner where it has one, else with one that Testwright brings."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path

from testwright.domain.commands import command_named
from testwright.domain.errors import InputError, PermanentError
from testwright.domain.ports import Workspace
from testwright.domain.projects import InstalledTool, Mount, Runner
from testwright.toolchains.commanded import commanded_runner
from testwright.toolchains.locked.finding import nearest_lock
from testwright.toolchains.locked.installing import LockedPackages, Tree
from testwright.toolchains.locked.locks import NoLock
from testwright.toolchains.managed import ManagedRunners, managed_packages, managed_version
from testwright.toolchains.node import (
    FALLBACK,
    Installed,
    Node,
    find_node,
    has_node_modules,
    installed_packages,
    is_real_folder,
    version_of,
)
from testwright.toolchains.project_tools import npm_tool, pypi_tool
from testwright.toolchains.python import Interpreter, own_interpreter, project_interpreter
from testwright.toolchains.shelf import Progress

PYTHON_EXTRAS = "/opt/testwright/python"
_ONLY_OUR_PLUGINS = (("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1"), ("PYTEST_PLUGINS", "pytest_asyncio.plugin"))
"""What happens to be installed on this machine has no say in a run, unless the project names plugins of pytest."""
_NAMES_PLUGINS = re.compile(r"\bpytest[-_](?!asyncio\b)[a-z]")
_WHERE_NAMED = re.compile(
    r"(?:pyproject\.toml|setup\.(?:cfg|py)|tox\.ini|Pipfile|conftest\.py|[^/]*requirements[^/]*\.txt)"
)
"""Where what we bring for Python is mounted; it stands in the runner's PYTHONPATH."""
_NODE_ENTRY = {"vitest": "vitest/vitest.mjs", "jest": "jest/bin/jest.js", "mocha": "mocha/bin/mocha.js"}
# Without these a suite still runs, but coverage or component tests are lost.
_NEEDED = {
    "vitest": ("istanbul-lib-instrument", "jsdom"),
    "jest": ("jest-environment-jsdom",),
    "mocha": ("istanbul-lib-instrument",),
}
_PYTHON_PACKAGES = {"coverage": "coverage", "pytest_asyncio": "pytest_asyncio"}
_MOST_LEFT_OUT = 5
_OWN_MODULES, _OWN_VENV = "from the project's node_modules", "from the project's virtual environment"
OLDEST_MANAGED_PYTHON = (3, 11)


class InstalledToolchains:
    """Looks into the project first. `cache` is where managed runners are kept, outside every project.

    Where the project has nothing installed, `locked` has what was installed from its lock file, or installs it.
    """

    def __init__(
        self,
        cache: Path,
        *,
        managed: ManagedRunners | None = None,
        node: Callable[[], Awaitable[Node]] = find_node,
        locked: LockedPackages | None = None,
    ) -> None:
        self._managed = managed or ManagedRunners(cache)
        self._find_node = node
        self._locked = locked

    async def runner(
        self, framework: str, view: Workspace, progress: Progress, *, near: str = "", install: bool = False
    ) -> Runner:
        if command_named(framework) is not None:
            return await asyncio.to_thread(commanded_runner, framework, view)
        tree = await self._tree(_registry_of(framework), view, near, progress if install else None)
        if framework in ("pytest", "unittest"):
            project = await asyncio.to_thread(project_interpreter, view.origin, tree.venv if tree else None, near)
            if framework == "unittest":
                return await self._unittest(project, tree, progress)
            return await self._pytest(view, project, tree, progress)
        if framework == "node:test" or framework in _NODE_ENTRY:
            places = await asyncio.to_thread(installed_packages, view, near, *_of(tree))
            if framework == "node:test":
                return await self._node_test(places, progress)
            return await self._node(framework, places, tree, progress)
        raise InputError(f"There is no runner for {framework}", hint="Use one that GET /api/frameworks names.")

    async def tool(self, registry: str, package: str, view: Workspace, *, near: str = "") -> InstalledTool | None:
        tree = await self._tree(registry, view, near)
        if registry == "npm":
            places = await asyncio.to_thread(installed_packages, view, near, *_of(tree))
            return await npm_tool(package, places, self._find_node)
        python = await asyncio.to_thread(project_interpreter, view.origin, tree.venv if tree else None, near)
        return await asyncio.to_thread(pypi_tool, package, python)

    async def installable(self, framework: str, root: str, *, near: str = "") -> str | None:
        if self._locked is None or command_named(framework) is not None:
            return None
        registry = _registry_of(framework)
        try:
            lock = await asyncio.to_thread(nearest_lock, registry, Path(root), near)
        except NoLock:
            return None
        if await asyncio.to_thread(has_packages, registry, Path(root), lock.at, near):
            return None
        return lock.title if await self._locked.tree(lock) is None else None

    async def _tree(self, registry: str, view: Workspace, near: str, installing: Progress | None = None) -> Tree | None:
        """What stands for packages that the project itself has not installed."""
        if self._locked is None or view.origin is None:
            return None
        try:
            lock = await asyncio.to_thread(nearest_lock, registry, Path(view.root), near)
        except NoLock as problem:
            if installing is not None and not await asyncio.to_thread(has_packages, registry, Path(view.origin)):
                await installing(f"Nothing was installed: {problem}.")
            return None
        if await asyncio.to_thread(has_packages, registry, Path(view.origin), lock.at, near):
            return None
        tree = await self._locked.tree(lock)
        if tree is None and installing is not None:
            tree = await self._locked.install(lock, installing)
            for left_out in tree.left_out[:_MOST_LEFT_OUT]:
                await installing(f"Not installed: {left_out}.")
        return tree

    async def _node(
        self, framework: str, places: tuple[Installed, ...], tree: Tree | None, progress: Progress
    ) -> Runner:
        node = await self._find_node()
        version = await asyncio.to_thread(version_of, framework, places)
        if version is None:
            return await self._managed_node(framework, node, places, progress)
        home = next(place for place in places if place.version_of(framework))
        missing = any(version_of(package, places) is None for package in _wanted(framework, places))
        extras = await self._optional(self._managed.node(framework, progress)) if missing else None
        return _node_runner(
            framework,
            version,
            node,
            places,
            extras,
            origin="project",
            found=f"{framework} {version}, {_from(tree, _OWN_MODULES)}",
            entry=f"{home.inside}/{_NODE_ENTRY[framework]}",
        )

    async def _node_test(self, places: tuple[Installed, ...], progress: Progress) -> Runner:
        """It comes with Node; only what measures is brought, where the project has nothing that does."""
        node = await self._find_node()
        missing = any(version_of(package, places) is None for package in _NEEDED["mocha"])
        extras = await self._optional(self._managed.node("mocha", progress)) if missing else None
        runner = _node_runner(
            "mocha",
            node.version,
            node,
            places,
            extras,
            origin="project",
            found=f"node:test of Node.js {node.version}",
            entry="",
        )
        facts = tuple((name, value) for name, value in runner.facts if name not in ("chai", "mocha"))
        return replace(runner, framework="node:test", program=(node.path,), facts=facts)

    async def _managed_node(
        self, framework: str, node: Node, places: tuple[Installed, ...], progress: Progress
    ) -> Runner:
        version = managed_version(framework)
        own = "has no" if not places else f"has no {framework} in its"
        return _node_runner(
            framework,
            version,
            node,
            tuple(place for place in places if place.inside != FALLBACK),
            await self._managed.node(framework, progress),
            origin="managed",
            found=f"{framework} {version}, brought by Testwright: the project {own} node_modules",
            entry=f"{FALLBACK}/{_NODE_ENTRY[framework]}",
        )

    async def _pytest(
        self, view: Workspace, project: Interpreter | None, tree: Tree | None, progress: Progress
    ) -> Runner:
        python = project or own_interpreter()
        version = python.version_of("pytest")
        if version:
            return await self._own_pytest(python, version, tree, progress)
        if tuple(int(part) for part in python.minor.split(".")) < OLDEST_MANAGED_PYTHON:
            raise PermanentError(
                f"The project's virtual environment has Python {python.version} and no pytest",
                code="runner_missing",
                hint="Install pytest and coverage there: .venv/bin/python -m pip install pytest coverage",
                retryable=True,
            )
        extras = await self._managed.python(python.minor, progress)
        version = managed_version("pytest")
        plugins = () if await asyncio.to_thread(_names_plugins, view) else _ONLY_OUR_PLUGINS
        why = "its virtual environment has no pytest" if project else "the project has no virtual environment"
        if tree is not None:
            why = f"{tree.lock.path} has no pytest"
        return Runner(
            framework="pytest",
            version=version,
            origin="managed",
            found=f"pytest {version}, brought by Testwright: {why}",
            program=(python.path, "-m", "pytest"),
            mounts=(*python.mounts, Mount(host=str(extras), inside=PYTHON_EXTRAS)),
            env=(("PYTHONPATH", PYTHON_EXTRAS), *plugins),
            facts=(
                *_python_facts(python, version),
                *((fact, "managed") for fact in _PYTHON_PACKAGES),
            ),
        )

    async def _unittest(self, project: Interpreter | None, tree: Tree | None, progress: Progress) -> Runner:
        """It comes with Python: only which Python is a question, and where coverage comes from."""
        python = project or own_interpreter()
        mounts, env, facts = await self._with_coverage(python, progress)
        where = "the project's virtual environment" if project else "no virtual environment in the project"
        where = where if tree is None else f"packages installed from {tree.lock.path}"
        return Runner(
            framework="unittest",
            version=python.version,
            origin="project" if project else "managed",
            found=f"unittest of Python {python.version}; {where}",
            program=(python.path, "-m", "unittest"),
            mounts=mounts,
            env=env,
            facts=(("python_version", python.version), *facts.items()),
        )

    async def _with_coverage(
        self, python: Interpreter, progress: Progress
    ) -> tuple[tuple[Mount, ...], tuple[tuple[str, str], ...], dict[str, str]]:
        """Mounts, environment and facts of an interpreter; with coverage of ours where it has none, if we have any."""
        facts = {
            fact: "project" for fact, package in _PYTHON_PACKAGES.items() if python.version_of(package) is not None
        }
        is_old = tuple(int(part) for part in python.minor.split(".")) < OLDEST_MANAGED_PYTHON
        if "coverage" in facts or is_old:
            return python.mounts, (), facts
        extras = await self._optional(self._managed.python(python.minor, progress))
        if extras is None:
            return python.mounts, (), facts
        # Coverage alone: the whole folder would put our pytest before the project's.
        mount = Mount(host=str(extras / "coverage"), inside=f"{PYTHON_EXTRAS}/coverage")
        return (*python.mounts, mount), (("PYTHONPATH", PYTHON_EXTRAS),), facts | {"coverage": "managed"}

    async def _own_pytest(self, python: Interpreter, version: str, tree: Tree | None, progress: Progress) -> Runner:
        mounts, env, facts = await self._with_coverage(python, progress)
        return Runner(
            framework="pytest",
            version=version,
            origin="project",
            found=f"pytest {version}, {_from(tree, _OWN_VENV)}",
            program=(python.path, "-m", "pytest"),
            mounts=mounts,
            env=env,
            facts=(*_python_facts(python, version), *facts.items()),
        )

    async def _optional(self, installing: Awaitable[Path]) -> Path | None:
        """What only makes things better must not stop them."""
        try:
            return await installing
        except PermanentError:
            return None


def _registry_of(framework: str) -> str:
    return "pypi" if framework in ("pytest", "unittest") else "npm"


def has_packages(registry: str, origin: Path, at: str = "", near: str = "") -> bool:
    """Whether the project has installed its packages itself: beside its lock, or nearer to the source."""
    if registry == "pypi":
        return project_interpreter(str(origin / at), near=near.removeprefix(f"{at}/") if at else near) is not None
    return has_node_modules(origin) if not at else is_real_folder(origin / at / "node_modules")


def _of(tree: Tree | None) -> tuple[Path, str] | tuple[()]:
    return () if tree is None else (tree.folder, tree.lock.at)


def _from(tree: Tree | None, otherwise: str) -> str:
    return otherwise if tree is None else f"installed from {tree.lock.path}"


def _wanted(framework: str, places: tuple[Installed, ...]) -> tuple[str, ...]:
    wanted = _NEEDED[framework]
    is_drawing = framework != "mocha" and version_of("react", places)
    return (*wanted, "@testing-library/react") if is_drawing else wanted


def _node_runner(
    framework: str,
    version: str,
    node: Node,
    places: tuple[Installed, ...],
    extras: Path | None,
    *,
    origin: str,
    found: str,
    entry: str,
) -> Runner:
    mounts = [*node.mounts, *(place.mount for place in places)]
    is_free = all(mount.inside != FALLBACK for mount in mounts)
    if extras and is_free:
        mounts.append(Mount(host=str(extras), inside=FALLBACK))
    brings = managed_packages(framework) if extras and is_free else frozenset()
    facts = [("node_version", node.version)]
    if places:
        facts.append(("project_modules", places[0].inside))
    if brings:
        facts.append(("managed_modules", FALLBACK))
    for package in sorted(managed_packages(framework)):
        if version_of(package, places):
            facts.append((package, "project"))
        elif package in brings:
            facts.append((package, "managed"))
    return Runner(
        framework=framework,
        version=version,
        origin=origin,
        found=found,
        program=(node.path, entry),
        mounts=tuple(mounts),
        env=node.env,
        facts=tuple(facts),
    )


def _python_facts(python: Interpreter, pytest_version: str) -> tuple[tuple[str, str], ...]:
    return (("python_version", python.version), ("pytest_version", pytest_version))


def _names_plugins(view: Workspace) -> bool:
    texts = (view.text(path) for path in view.paths() if _WHERE_NAMED.fullmatch(path))
    return any(text is not None and _NAMES_PLUGINS.search(text) for text in texts)
