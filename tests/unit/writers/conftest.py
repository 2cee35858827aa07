import importlib.util
import sys

import pytest


@pytest.fixture
def loaded(tmp_path):
    """Loads a text as a module, and forgets it afterwards."""
    names = []

    def load(text, name="explored_unit"):
        path = tmp_path / f"{name}.py"
        path.write_text(text)
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        names.append(name)
        spec.loader.exec_module(module)
        return module

    yield load
    for name in names:
        del sys.modules[name]
