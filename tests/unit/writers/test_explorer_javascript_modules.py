"""A name is followed to the file of the project that defines it, whichever way it is passed on."""

import pytest
from explorer_samples import View

from testwright.writers.explorer.javascript.modules import Module


def defining(text, name, **others):
    found = Module("src/unit.ts", text, View(**others)).neighbour(name)
    return (found[0].path, found[1]) if found is not None else None


@pytest.mark.parametrize(
    "defines",
    [
        "interface Op { insert?: string }\nnamespace Op {}\nexport default Op",
        "export default class Op {}",
        "class Op {}\nmodule.exports = Op",
        "class Op {}\nexport { Op as default }",
    ],
)
def test_a_default_export_is_known_by_its_own_name(defines):
    assert defining("import O from './op'", "O", **{"src/op.ts": defines}) == ("src/op.ts", "Op")


@pytest.mark.parametrize(
    "passes", ["export { Op } from './op'", "export * from './op'", "import { Op } from './op'\nexport { Op }"]
)
def test_a_name_is_followed_through_modules_that_pass_it_on(passes):
    found = defining("import { Op } from '.'", "Op", **{"src/index.ts": passes, "src/op.ts": "export class Op {}"})

    assert found == ("src/op.ts", "Op")


def test_modules_that_pass_a_name_on_to_each_other_come_to_an_end():
    circle = {"src/a.ts": "export { x } from './b'", "src/b.ts": "export { x } from './a'"}

    assert defining("import { x } from './a'", "x", **circle) is not None
