"""What a file offers and takes, told without its bodies; and two preambles made one."""

import pytest

from testwright.domain.analysis import Import
from testwright.languages import LANGUAGES

PYTHON, SCRIPT = LANGUAGES["python"], LANGUAGES["typescript"]
RATES = '''
from __future__ import annotations
import decimal
from .tables import TABLE as T, missing
from . import clock
import os.path as paths

RATE = 7

@dataclass(frozen=True)
class Money(Base):
    """An amount.

    Long story.
    """
    cents: int = 0

    def __init__(
        self,
        cents: int,  # of a euro
    ) -> None:
        self.cents = cents

    @property
    def euros(self) -> float:
        """In euros."""
        return self.cents / 100

    def _hidden(self): ...

async def fetch(name: str, *, retries: int = 3) -> Money:
    """Ask the bank."""
    return decimal.Decimal(paths.join("a"))
'''
STORE = """
import type { State } from './types'
import reduce, { type Action as Deed, dispatch } from './store'
import * as math from './math'
const { join, sep: separator } = require('node:path')
export * from './more'
export { last as latest } from './list'

/** How many. */
export const LIMIT = 20

export interface Shape { kind: 'a' | 'b'; size?: number }

/** Adds one. */
export async function grow(shape: Shape, by = 1): Promise<Shape> {
  return math.add(shape, by)
}

export default class Queue<T> extends Base {
  #items: T[] = []
  size = 0
  push(item: T): number { return this.#items.push(item) }
}
"""


def test_a_python_file_is_told_by_signatures_and_first_words():
    told = PYTHON.outline(RATES, "rates.py", ())

    assert told.splitlines() == [
        "RATE = 7",
        "@dataclass(frozen=True)",
        "class Money(Base):  # An amount.",
        "    cents: int = 0",
        "    def __init__(self, cents: int) -> None: ...",
        "    @property",
        "    def euros(self) -> float: ...  # In euros.",
        "async def fetch(name: str, *, retries: int = 3) -> Money: ...  # Ask the bank.",
    ]


def test_a_script_is_told_by_signatures_types_and_first_words():
    told = SCRIPT.outline(STORE, "store.ts", ())

    assert "// How many.\nLIMIT = 20" in told
    assert "interface Shape { kind: 'a' | 'b'; size?: number }" in told
    assert "// Adds one.\nexport async function grow(shape: Shape, by = 1): Promise<Shape> …" in told
    assert "class Queue<T> extends Base {\n  size = 0;\n  push(item: T): number;\n}" in told
    assert "return" not in told


def test_only_what_was_asked_for_is_told():
    assert PYTHON.outline(RATES, "rates.py", {"RATE"}) == "RATE = 7"
    assert PYTHON.outline(RATES, "rates.py", {"nothing"}) == ""
    assert SCRIPT.outline(STORE, "store.ts", {"default"}).startswith("class Queue<T> extends Base {")
    assert SCRIPT.outline(STORE, "store.ts", {"nothing"}) == ""


def test_what_a_file_takes_keeps_the_names_it_has_where_it_comes_from():
    assert PYTHON.imports(RATES, "rates.py") == (
        Import(module="decimal", names=("Decimal",)),
        Import(module=".tables", names=("TABLE", "missing")),
        Import(module=".", names=("clock",)),
        Import(module=".clock"),
        Import(module="os.path", names=("join",)),
    )
    assert SCRIPT.imports(STORE, "store.ts") == (
        Import(module="./types", names=("State",)),
        Import(module="./store", names=("default", "Action", "dispatch")),
        Import(module="./math", names=("add",)),
        Import(module="node:path", names=("join", "sep")),
        Import(module="./more", names=("*",)),
        Import(module="./list", names=("last",)),
    )


def test_two_python_preambles_become_one():
    one = "import math\nfrom shop import add\n\nLIMIT = 3"
    other = "import pytest\nfrom shop import add, sub\n\n\ndef helper():\n    return 1"

    assert PYTHON.joined(one, other) == (
        "import math\nfrom shop import add, sub\nimport pytest\n\n\nLIMIT = 3\n\n\ndef helper():\n    return 1"
    )
    assert PYTHON.joined(one, "") == PYTHON.joined(one, one)


def test_two_script_preambles_become_one():
    one = "import { it } from 'vitest'\nimport { add } from './shop'\n\nconst limit = 3"
    other = "import { expect, it } from 'vitest'\nimport * as shop from './shop'\nimport { add, sub } from './shop'\n"

    found = SCRIPT.joined(one, other)

    assert SCRIPT.split(found + "\nit('a', () => {})").cases
    assert found.count("from 'vitest'") == 1
    assert "import { add, sub } from './shop'" in found
    assert "import { it, expect } from 'vitest'" in found
    assert "import * as shop from './shop'" in found
    assert SCRIPT.joined(one, one) == one


def test_blocks_of_imports_stay_apart():
    one, other = "import pytest\n\nfrom shop import gross", "import pytest\n\nfrom shop import net"

    assert PYTHON.joined(one, other) == "import pytest\n\nfrom shop import gross, net"


@pytest.mark.parametrize(
    ("language", "one", "other"),
    [
        (PYTHON, "LIMIT = 3", "LIMIT = 4"),
        (SCRIPT, "const limit = 3", "const limit = 4"),
        (PYTHON, "from a import limit", "from b import limit"),
        (SCRIPT, "import { limit } from './a'", "import { limit } from './b'"),
    ],
    ids=["python", "script", "python-import", "script-import"],
)
def test_one_name_with_two_meanings_cannot_be_joined(language, one, other):
    with pytest.raises(ValueError, match=r"limit|LIMIT"):
        language.joined(one, other)


@pytest.mark.parametrize("language", [PYTHON, SCRIPT], ids=["python", "script"])
def test_what_does_not_parse_cannot_be_joined(language):
    with pytest.raises(ValueError, match="parse"):
        language.joined("import (", "x = 1")


def test_one_file_reached_by_two_paths_is_one_file():
    one = "import { parse } from '../lib/set-cookie'"
    other = "import { parse, split } from './set-cookie.js'"

    assert SCRIPT.joined(one, other).splitlines() == ["import { split } from './set-cookie.js'", one]


def test_where_the_first_is_to_win_only_what_contradicts_it_is_left_out():
    python = PYTHON.joined(
        "from shop import gross\n\nRATE = 7", "from other import gross, net\n\nRATE = 8\nSHOP = 1", first_wins=True
    )
    script = SCRIPT.joined(
        "import { gross } from './shop'\n\nconst rate = 7",
        "import { gross, net } from './other'\n\nconst rate = 8\n\nconst shop = 1",
        first_wins=True,
    )

    assert "from shop import gross" in python
    assert "from other import net" in python
    assert "RATE = 7" in python
    assert "SHOP = 1" in python
    assert "RATE = 8" not in python
    assert "import { gross } from './shop'" in script
    assert "import { net } from './other'" in script
    assert "const shop = 1" in script
    assert "const rate = 8" not in script


def test_of_a_function_with_overloads_the_implementation_is_told_and_where_there_is_none_the_overloads():
    text = (
        "import typing as t\n\n\n"
        "@t.overload\ndef get(key: str) -> str: ...\n@t.overload\ndef get(key: int) -> int: ...\n"
        "def get(key: str | int) -> str | int:\n    return key\n\n\n"
        "class Reader(t.Protocol):\n"
        "    @t.overload\n    def read(self) -> str: ...\n"
        "    @t.overload\n    def read(self, size: int) -> bytes: ...\n\n\n"
        "class File:\n"
        "    @t.overload\n    def read(self) -> str: ...\n    def read(self, size=None):\n        return size\n"
    )

    told = PYTHON.outline(text, "reading.py", {"get", "Reader", "File"})

    assert told == (
        "def get(key: str | int) -> str | int: ...\n"
        "class Reader(t.Protocol):\n    def read(self) -> str: ...\n    def read(self, size: int) -> bytes: ...\n"
        "class File:\n    def read(self, size=None): ..."
    )
