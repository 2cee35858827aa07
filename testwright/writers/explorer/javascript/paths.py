"""Parameters that are the paths of files: the code hands them to `fs`."""

import re

from tree_sitter import Node

from testwright.writers.explorer.javascript.modules import Module
from testwright.writers.explorer.javascript.shapes import Shape
from testwright.writers.explorer.javascript.syntax import text_of

_OF_FILES = (
    r"(?:readFile|writeFile|appendFile|truncate|access|stat|lstat|open|unlink|rm|exists)(?:Sync)?"
    r"|create(?:Read|Write)Stream"
)
_FILE_SYSTEM = re.compile(r"['\"](?:node:)?fs(?:/promises)?['\"]")
_ITS_NAMES = r"fs|fsp|fsPromises|promises"


def is_file(name: str, function: Node | None, module: Module) -> bool:
    """Of a constructor's parameter also where the class hands over what it was kept as."""
    if function is None or not re.fullmatch(r"[\w$]+", name) or not _FILE_SYSTEM.search(module.text):
        return False
    around = function.parent if function.parent is not None and function.parent.type == "class_body" else function
    handed = rf"\(\s*(?:this\.)?_?{re.escape(name)}\b"
    by_itself = "|".join(re.escape(local) for local in module.imports if re.fullmatch(_OF_FILES, local)) or "(?!)"
    return (
        re.search(rf"\b(?:(?:{_ITS_NAMES})\.(?:{_OF_FILES})|(?<!\.)(?:{by_itself})){handed}", text_of(around))
        is not None
    )


FILE: Shape = {"k": "file"}
