from testwright.domain.projects import Runner
from testwright.frameworks.pytest_runner import Pytest

RUNNER = Runner(framework="pytest", version="9", origin="managed", found="", program=("python",))


class Project:
    root = "nowhere"

    def __init__(self, texts):
        self._texts = texts

    def paths(self):
        return sorted(self._texts)

    def text(self, path):
        return self._texts.get(path)

    def exists(self, path):
        return path in self._texts


def known(**texts):
    names = {"pyproject": "pyproject.toml", "setup_cfg": "setup.cfg", "setup_py": "setup.py", "pipfile": "Pipfile"}
    return Pytest().known_modules(Project({names.get(key, key): text for key, text in texts.items()}), RUNNER)


def test_declared_packages_are_known_under_their_import_names():
    modules = known(
        pyproject='[project]\ndependencies = ["PyYAML>=6", "python-dateutil", "rich[a]; python_version > \'3\'"]\n'
        "[dependency-groups]\ndev = ['freezegun']\n[tool.poetry.group.test.dependencies]\nresponses = '*'\n"
    )

    assert {"yaml", "dateutil", "rich", "freezegun", "responses", "pytest"} <= modules


def test_older_ways_of_declaring_are_read_too():
    modules = known(
        setup_cfg="[options]\ninstall_requires =\n    attrs\n    requests; python_version > '3'\n",
        setup_py="setup(install_requires=['Django>=4', \"beautifulsoup4\"])",
        pipfile="[packages]\nflask = '*'\n",
        **{"requirements-dev.txt": "# tools\n-r requirements.txt\nnumpy==1\n", "requirements/base.txt": "Pillow\n"},
    )

    assert {"attr", "attrs", "requests", "django", "bs4", "flask", "numpy", "PIL"} <= modules


def test_the_projects_own_modules_and_what_it_imports_are_known():
    modules = known(
        **{
            "src/shop/__init__.py": "",
            "src/shop/price.py": "import undeclared\nfrom . import tax\n",
            "tools.py": "",
            "tests/helpers.py": "",
        }
    )

    assert {"shop", "tools", "helpers", "undeclared"} <= modules


def test_invented_packages_and_broken_files_are_not_known():
    modules = known(pyproject="not [ toml", setup_cfg="no section")

    assert "left_padz" not in modules
