"""Prints what the examples in a module's documentation give, as JSON. Runs in the package's folder, by itself."""

import ast
import importlib
import json
import random
import sys
from pathlib import Path

sys.path.insert(0, ".")
path = sys.argv[1]
text = Path(path).read_text("utf-8")
module = importlib.import_module(path.removesuffix(".py").replace("/", "."))
told = {}
for node in ast.walk(ast.parse(text)):
    if isinstance(node, ast.FunctionDef):
        lines = [line.strip() for line in (ast.get_docstring(node) or "").splitlines()]
        names = dict(vars(module))
        for number, line in enumerate(line[4:] for line in lines if line.startswith(">>> ")):
            random.seed(0)
            try:
                try:
                    told[f"{node.name}:{number}"] = repr(eval(line, names))
                except SyntaxError:
                    exec(line, names)
            except Exception as error:
                told[f"{node.name}:{number}"] = type(error).__name__
json.dump(told, sys.stdout)
