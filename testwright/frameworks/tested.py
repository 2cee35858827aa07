"""Which of many files have a suite of their own. Asked one by one, each would look through the whole project again."""

import posixpath
from collections.abc import Callable, Mapping
from functools import cache

from testwright.domain.ports import ProjectView
from testwright.domain.still import Still
from testwright.domain.within import Within, below
from testwright.frameworks import FRAMEWORKS, javascript_layout, node_suites, preferred_framework, python_layout
from testwright.frameworks.javascript_packages import home_of
from testwright.frameworks.javascript_suites import LANGUAGES

_SuitesOf = Callable[[str], tuple[str, ...]]


def those_tested(languages: Mapping[str, str], view: ProjectView) -> frozenset[str]:
    """`languages` are those of the files, by their paths."""
    project = Still(view)
    python = cache(lambda: python_layout.Suites(project).of)
    home = cache(lambda folder: home_of(posixpath.join(folder, "any"), project))

    @cache
    def of_package(folder: str) -> _SuitesOf:
        package = Still(Within(project, folder)) if folder else project
        framework = preferred_framework("javascript", package)
        layout = node_suites if framework in ("mocha", "node:test") else javascript_layout
        suites: node_suites.Suites | javascript_layout.Suites = layout.Suites(package)
        return suites.of

    def suites_of(path: str, language: str) -> tuple[str, ...]:
        if language == "python":
            return python()(path)
        if language in LANGUAGES:
            folder = home(posixpath.dirname(path))
            return of_package(folder)(below(folder, path))
        return FRAMEWORKS[preferred_framework(language, project, path)].existing_suites(path, project)

    return frozenset(path for path, language in languages.items() if suites_of(path, language))
