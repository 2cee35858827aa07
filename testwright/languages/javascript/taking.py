"""What a file takes from other modules, whichever way it is written; and imports that are added to a file."""

import posixpath
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from testwright.domain.insertions import Insertion
from testwright.languages.javascript.grammar import field, string_value, text_of, walk

DEFAULT, WHOLE = "default", "*"
RUNNERS = ("vitest", "@jest/globals", "node:test", "bun:test")
_ENDING = re.compile(r"(?:/index)?(?:\.[cm]?[jt]sx?)?$")
_ASSERT = re.compile(r"^(?:node:)?assert(?:/strict)?$")
_WIDTH = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One name that a statement brings in: `name` of `module` (default, *, or as exported), here called `local`."""

    module: str
    name: str
    local: str

    @property
    def key(self) -> tuple[str, str]:
        """Equal for what is one thing, however its module is spelled."""
        if _ASSERT.match(self.module) and self.name in (DEFAULT, WHOLE, "strict"):
            return "assert", DEFAULT
        if self.module == "node:test" and self.name in (DEFAULT, "test", "it"):
            return self.module, self.local if self.name == DEFAULT else self.name
        return _spelled(self.module), self.name


def taken_by(statement: Node) -> list[Taken]:
    """What an import, or a `const … = require(…)`, brings in."""
    if statement.type == "import_statement":
        return list(_imported(statement, string_value(field(statement, "source")) or ""))
    if statement.type not in ("lexical_declaration", "variable_declaration"):
        return []
    return [taken for each in statement.named_children for taken in _required(each)]


def is_of_types(statement: Node) -> bool:
    return any(child.type == "type" for child in statement.children)


def is_alike(one: Taken, other: Taken, package: str = "") -> bool:
    """Whether two names of modules may be taken for one: the same export by the same name, and one passes it on.

    So does the whole `package` with what lies in it.
    """
    if one.key == other.key:
        return True
    if one.name != other.name or one.name == WHOLE:
        return False
    shorter, longer = sorted((one.key[0], other.key[0]), key=len)
    of_package = bool(package) and package in (shorter, longer) and any(way[0] == "." for way in (shorter, longer))
    passes_on = one.name != DEFAULT and (of_package or (shorter.startswith(".") and longer.startswith(f"{shorter}/")))
    return passes_on or (_is_own(one.module) and posixpath.basename(shorter) == posixpath.basename(longer))


def import_insertions(
    root: Node, source: bytes, wanted: Iterable[Taken], *, by_require: bool, end: str, quote: str
) -> list[Insertion]:
    """What has to be put in so that the file takes these; it has none of them yet."""
    statements = list(top_statements(root))
    by_module: dict[str, list[Taken]] = {}
    for taken in wanted:
        by_module.setdefault(taken.module, []).append(taken)
    found: list[Insertion] = []
    lines: list[str] = []
    for module, names in by_module.items():
        listed = [one for one in names if one.name not in (DEFAULT, WHOLE)]
        host = next((node for node in statements if _takes_from(node, module)), None)
        if listed and host is not None and (added := _into(host, source, listed)):
            found += added
            names = [one for one in names if one not in listed]
        lines += _written(module, names, by_require=by_require, end=end, quote=quote)
    if lines:
        found.append(_lines(root, source, statements, "\n".join(lines)))
    return found


def top_statements(root: Node) -> Iterator[Node]:
    """The imports and requires of the outermost level."""
    for node in root.named_children:
        if node.type == "import_statement" or taken_by(node):
            yield node


def row_end(source: bytes, at: int) -> int:
    """The byte at which the row that holds this byte ends, before the signs that end it."""
    end = source.find(b"\n", at)
    end = len(source) if end < 0 else end
    return end - 1 if end > at and source[end - 1 : end] == b"\r" else end


def _imported(statement: Node, module: str) -> Iterator[Taken]:
    for node in walk(statement):
        above = node.parent.type if node.parent is not None else ""
        if node.type == "import_specifier":
            name = field(node, "name")
            yield Taken(module=module, name=text_of(name), local=text_of(field(node, "alias") or name))
        elif node.type == "namespace_import":
            yield Taken(module=module, name=WHOLE, local=text_of(node.named_children[0]))
        elif node.type == "identifier" and above == "import_clause":
            yield Taken(module=module, name=DEFAULT, local=text_of(node))


def _required(declarator: Node) -> Iterator[Taken]:
    name, value = field(declarator, "name"), field(declarator, "value")
    member = ""
    if value is not None and value.type == "member_expression":
        member, value = text_of(field(value, "property")), field(value, "object")
    arguments = field(value, "arguments")
    if name is None or text_of(field(value, "function")) != "require" or arguments is None:
        return
    module = string_value(arguments.named_children[0]) if arguments.named_children else None
    if module is None:
        return
    if name.type == "identifier":
        yield Taken(module=module, name=member or DEFAULT, local=text_of(name))
    for child in name.named_children if name.type == "object_pattern" and not member else ():
        key = field(child, "key")
        local = field(child, "value") if key is not None else child
        yield Taken(module=module, name=text_of(key or child), local=text_of(local))


def _spelled(module: str) -> str:
    """Without what Node, bundlers and compilers let be left out."""
    if not module.startswith("."):
        return module.removeprefix("node:")
    return _ENDING.sub("", posixpath.normpath(module), count=1)


def _is_own(module: str) -> bool:
    return module.startswith((".", "@/", "~/", "#", "src/"))


def _takes_from(statement: Node, module: str) -> bool:
    """Whether names in braces come from there, and more of them may."""
    if is_of_types(statement):
        return False
    listed = [one for one in taken_by(statement) if one.name not in (DEFAULT, WHOLE)]
    return bool(listed) and all(_spelled(one.module) == _spelled(module) for one in taken_by(statement))


def _into(statement: Node, source: bytes, names: Sequence[Taken]) -> list[Insertion]:
    """The names behind the last in the braces; nothing when there is no room, or no place that is sure."""
    holders = [node for node in walk(statement) if node.type in ("named_imports", "object_pattern")]
    if len(holders) != 1 or not holders[0].named_children:
        return []
    holder = holders[0]
    joint = ": " if holder.type == "object_pattern" else " as "
    listed = [one.name if one.name == one.local else f"{one.name}{joint}{one.local}" for one in names]
    members = [node for node in holder.named_children if node.type != "comment"]
    last = members[-1]
    follower = last.next_sibling
    comma = follower if follower is not None and follower.type == "," else None
    if last.start_point.row == holder.start_point.row:
        size = sum(len(name) + 2 for name in listed)
        if statement.end_point.row != statement.start_point.row or statement.end_point.column + size > _WIDTH:
            return []
        at = comma.end_byte if comma is not None else last.end_byte
        text = "".join(f" {name}," if comma is not None else f", {name}" for name in listed)
        return [Insertion(at=at, text=text)]
    start = source.rfind(b"\n", 0, last.start_byte) + 1
    blanks = source[start : last.start_byte].decode("utf-8", "replace")
    if blanks.strip():
        return []
    lines = [f"\n{blanks}{name}" for name in listed]
    end = row_end(source, last.end_byte)
    if source[start:end].rstrip().endswith(b"}") or b"/*" in source[last.end_byte : end]:
        return []
    if comma is not None:
        return [Insertion(at=end, text="".join(f"{line}," for line in lines))]
    return [Insertion(at=last.end_byte, text=","), Insertion(at=end, text=",".join(lines))]


def _written(module: str, names: Sequence[Taken], *, by_require: bool, end: str, quote: str) -> list[str]:
    shown = f"{quote}{module}{quote}"
    joint = ": " if by_require else " as "
    listed = [one.name if one.name == one.local else f"{one.name}{joint}{one.local}" for one in names if _listed(one)]
    default = next((one.local for one in names if one.name == DEFAULT), None)
    whole = next((one.local for one in names if one.name == WHOLE), None)
    braces = f"{{ {', '.join(listed)} }}" if listed else ""
    if by_require:
        bound = [name for name in (default, whole, braces) if name]
        return [f"const {name} = require({shown}){end}" for name in bound]
    lines = [f"import * as {whole} from {shown}{end}"] if whole else []
    first = ", ".join(part for part in (default, braces) if part)
    return lines + ([f"import {first} from {shown}{end}"] if first else [])


def _listed(taken: Taken) -> bool:
    return taken.name not in (DEFAULT, WHOLE)


def _lines(root: Node, source: bytes, statements: Sequence[Node], text: str) -> Insertion:
    if statements:
        return Insertion(at=row_end(source, statements[-1].end_byte), text=f"\n{text}")
    head = _head(root)
    if head is not None:
        return Insertion(at=row_end(source, head.end_byte), text=f"\n\n{text}")
    return Insertion(at=0, text=f"{text}\n\n")


def _head(root: Node) -> Node | None:
    """The last of what stands above imports: comments from the first line on, and directives."""
    head: Node | None = None
    for node in root.children:
        is_directive = node.type == "expression_statement" and node.named_children[0].type == "string"
        if not is_directive and node.type not in ("comment", "hash_bang_line"):
            is_close = head is not None and head.type == "comment" and node.start_point.row <= head.end_point.row + 1
            return None if is_close and not text_of(head).startswith("/*") else head
        if head is not None and node.start_point.row > head.end_point.row + 1 and node.type == "comment":
            return head
        head = node
    return head
