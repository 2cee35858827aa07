"""How others use the unit: examples in the readme and the documentation, and calls in the project's own files."""

import posixpath
import re
from collections.abc import Collection, Iterator

from testwright.domain.ports import ProjectView
from testwright.domain.redaction import cut_short
from testwright.writers.model.reading import fenced_blocks

_DOCUMENTS = re.compile(r"(?:^|/)readme[^/]*\Z|(?:^|/)(?:docs?|examples?)/.+\.(?:md|rst|mdx)\Z", re.IGNORECASE)
_TEST = re.compile(r"(?:^|/)(?:tests?|__tests__|spec)/|(?:^|/)test_[^/]*\Z|[._](?:test|spec)\.[^/]*\Z")
_BUILT = re.compile(r"(?:^|/)(?:dist|build|es\w*|lib|out|cjs|esm|umd)/.+\.[cm]?js\Z|\.d\.[cm]?ts\Z|\.min\.js\Z")
_FAMILIES = ((".py",), (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs"))
_MOST_FILES_READ = 200
_MOST_BLOCK_LINES = 25
_LONGEST_LINE = 200


def documented(names: Collection[str], view: ProjectView) -> Iterator[tuple[str, str]]:
    """Fenced examples that use one of the names: the document and the example."""
    uses = _uses(names)
    for path in view.paths():
        if uses is None or not _DOCUMENTS.search(path):
            continue
        for block in fenced_blocks(view.text(path) or ""):
            if uses.search(block):
                yield path, "\n".join(block.strip("\n").split("\n")[:_MOST_BLOCK_LINES])


def calls(source_path: str, names: Collection[str], view: ProjectView) -> Iterator[tuple[str, str]]:
    """Where the project itself uses the names: the file, and the line with its neighbours."""
    uses = _uses(names)
    stem = re.compile(rf"\b{re.escape(_stem(source_path))}\b")
    family = next((family for family in _FAMILIES if source_path.endswith(family)), ())
    for path in [path for path in view.paths() if path.endswith(family) and path != source_path][:_MOST_FILES_READ]:
        if uses is None or _TEST.search(path) or _is_built(path, source_path):
            continue
        text = view.text(path) or ""
        if not stem.search(text):
            continue
        lines = text.split("\n")
        for number, line in enumerate(lines):
            if uses.search(line) and not re.match(r"\s*(?:import|from|export|//|#|\*)", line):
                around = lines[max(0, number - 1) : number + 2]
                yield path, "\n".join(cut_short(shown, _LONGEST_LINE) for shown in around)
                break


def _is_built(path: str, source_path: str) -> bool:
    """Whether it was made from the sources, and says what they say; a package may also keep its sources in `lib`."""
    return _BUILT.search(path) is not None and _BUILT.search(source_path) is None


def _stem(path: str) -> str:
    stem = posixpath.splitext(posixpath.basename(path))[0]
    return posixpath.basename(posixpath.dirname(path)) if stem in ("index", "__init__") else stem


def _uses(names: Collection[str]) -> re.Pattern[str] | None:
    """A call, a constructor or an element of one of the names."""
    last = sorted({name.rpartition(".")[2] for name in names if name})
    if not last:
        return None
    return re.compile(
        rf"(?<![\w$])(?:{'|'.join(map(re.escape, last))})\s*\(|<(?:{'|'.join(map(re.escape, last))})[\s/>]"
    )
