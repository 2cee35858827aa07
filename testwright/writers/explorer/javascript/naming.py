"""What a default export without a name of its own goes by in tests: `index` and `src` tell a reader nothing."""

from __future__ import annotations

from dataclasses import replace

from testwright.domain.analysis import SymbolKind
from testwright.domain.drafts import Writing
from testwright.domain.ports import ProjectView
from testwright.writers.explorer.javascript.packages import name_of_package
from testwright.writers.explorer.javascript.plan import Target

_SAYS_NOTHING = frozenset(("index", "main", "mod", "src", "lib", "source", "dist", "esm", "cjs", "unit"))


def spoken_of(targets: tuple[Target, ...], path: str, view: ProjectView) -> tuple[Target, ...]:
    """The targets under the package's name where the file's says nothing."""
    taken = {target.imported for target in targets}
    package = name_of_package(path, view)
    if not package:
        return targets

    def renamed(target: Target) -> Target:
        if not target.symbol.is_default_export or target.imported not in _SAYS_NOTHING:
            return target
        name = package[0].upper() + package[1:] if _is_made_with_new(target) else package
        if name in taken:
            return target
        _, dot, member = target.symbol.name.partition(".")
        methods = {
            key: replace(each, name=f"{name}.{each.name.partition('.')[2]}") for key, each in target.methods.items()
        }
        return replace(target, symbol=replace(target.symbol, name=f"{name}{dot}{member}"), methods=methods)

    return tuple(map(renamed, targets))


def _is_made_with_new(target: Target) -> bool:
    return target.symbol.kind in (SymbolKind.CLASS, SymbolKind.COMPONENT)


def by_their_own_names(writing: Writing, targets: tuple[Target, ...], named: tuple[Target, ...]) -> Writing:
    """What was written of `named`, told of the symbols that they are."""
    own = {}
    for before, after in zip(targets, named, strict=True):
        own[after.symbol.name] = before.symbol.name
        own |= {each.name: before.methods[key].name for key, each in after.methods.items()}
    if all(one == other for one, other in own.items()):
        return writing
    cases = tuple(
        replace(case, targets=tuple(own.get(name, name) for name in case.targets)) for case in writing.draft.cases
    )
    return replace(
        writing,
        draft=replace(writing.draft, cases=cases),
        suspects=tuple(replace(each, symbol=own.get(each.symbol, each.symbol)) for each in writing.suspects),
        skipped=tuple(replace(each, symbol=own.get(each.symbol, each.symbol)) for each in writing.skipped),
    )
