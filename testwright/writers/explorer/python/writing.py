"""Observed calls written as tests that a person would have written."""

import builtins
import inspect
import keyword
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from testwright.domain.analysis import Analysis
from testwright.domain.drafts import Case, Draft
from testwright.domain.sessions import CoverageGoal, Options, TestType
from testwright.domain.suspects import Because, Suspect
from testwright.writers.explorer.python import laws
from testwright.writers.explorer.python.importing import FROM, imports, joined
from testwright.writers.explorer.python.layout import WIDTH, broken, names_in
from testwright.writers.explorer.python.naming import is_edge, name_of, name_of_rows, subject_of
from testwright.writers.explorer.python.probe import serving
from testwright.writers.explorer.python.records import Check, Patch, Record, Suspicion
from testwright.writers.explorer.python.styles import STYLES, Style
from testwright.writers.explorer.python.tables import Table, grouped

_MODULES = ("asyncio", "json", "math", "re", "pytest", "sqlite3", "threading", "typing", "unittest")
_LIBRARIES = ("httpx", "requests")
"""Whose errors a stand-in may raise."""
_MOST_MATCH = 60


def draft_of(
    records: Sequence[Record], module: str, options: Options, framework: str, beside: Draft | None = None
) -> Draft:
    """The records as tests. `beside` is a draft they are added to: its names are taken, and its imports come along."""
    style = STYLES[framework]
    taken: dict[str, Record | None] = {case.name: None for case in beside.cases} if beside is not None else {}
    wanted = _wanted([record for record in records if record.suspicion is None], options)
    told = wanted if options.coverage is CoverageGoal.BASIC else list(grouped(wanted))
    cases = [_told(each, taken, module, style, options) for each in told]
    preamble = _preamble(cases, told, module, style)
    return Draft(preamble=joined(beside.preamble, preamble) if beside is not None else preamble, cases=tuple(cases))


def _told(told: Record | Table, taken: dict[str, Record | None], module: str, style: Style, options: Options) -> Case:
    if isinstance(told, Record):
        return replace(_case(told, taken, module, style), scenario=scenario_of(told, options))
    scenarios = {scenario_of(record, options) for record in told.records}
    scenario = "happy" if "happy" in scenarios else min(scenarios)
    return replace(_table_case(told, taken, module, style), scenario=scenario)


def suspects_of(records: Sequence[Record], module: str, analysis: Analysis) -> tuple[Suspect, ...]:
    """The records that look like bugs, each as a test of what the code promises."""
    taken: set[str] = set()
    lines = {symbol.name: symbol for symbol in analysis.symbols}
    doubtful = [(record, record.suspicion) for record in records if record.suspicion is not None]
    cases = [_doubtful_case(record, suspicion, taken) for record, suspicion in doubtful]
    written = [replace(record, call=suspicion.assertion) for record, suspicion in doubtful]
    preamble = _preamble(cases, written, module, STYLES["pytest"])
    found = []
    for case, (record, suspicion) in zip(cases, doubtful, strict=True):
        symbol = lines.get(record.symbol) or lines.get(record.symbol.split(".")[0])
        line = symbol.line if symbol is not None else 1
        found.append(
            Suspect(
                name=case.name,
                symbol=record.symbol,
                line=line,
                expected=suspicion.expected,
                observed=suspicion.observed,
                because=Because(
                    kind=suspicion.kind, text=suspicion.text, line=suspicion.line or line, path=suspicion.path
                ),
                input=record.call,
                code=case.code,
                preamble=preamble,
            )
        )
    return tuple(found)


def _doubtful_case(record: Record, suspicion: Suspicion, taken: set[str]) -> Case:
    promise = {"example": "does_what_is_documented", "type": "keeps_to_its_types", "name": "keeps_to_its_name"}
    base = f"{subject_of(record.symbol)}_{promise.get(suspicion.kind, 'gives_a_sound_result')}"
    name, number = f"test_{base}", 2
    while name in taken:
        name, number = f"test_{base}_{number}", number + 1
    taken.add(name)
    crashes = suspicion.assertion == record.call
    assertion = suspicion.assertion if crashes else f"assert {_unwrapped(suspicion.assertion)}"
    body = _apart([broken(line, 4) for line in record.lines], [broken(assertion, 4)])
    return Case(name=name, code="\n".join([f"def {name}():", *body]), targets=(record.symbol.split(".")[0],))


def _unwrapped(assertion: str) -> str:
    """Without the brackets around a call that needs none."""
    found = re.match(r"\((?P<call>[\w.]+\(.*\))\) (?P<rest>(?:==|is) .*)\Z", assertion, re.DOTALL)
    return f"{found['call']} {found['rest']}" if found else assertion


def scenario_of(record: Record, options: Options) -> str:
    """With integration asked for, a call with real files, tables or collaborators is a test of these, too."""
    if "+" in record.symbol:
        return "integration"
    if TestType.INTEGRATION in options.test_types and (record.homes or _uses_storage(record) or _serves(record)):
        return "integration"
    if record.error is not None:
        return "error"
    return "edge" if is_edge(record) else "happy"


def _serves(record: Record) -> bool:
    """Whether a real server is open meanwhile."""
    return any(not patch.target for patch in record.patches)


def _uses_storage(record: Record) -> bool:
    return any("tmp_path" in text or "sqlite3.connect(" in text for text in (*record.lines, record.call))


def _wanted(records: Sequence[Record], options: Options) -> list[Record]:
    """What the options ask for. A file without seams gets its unit tests also when only integration was asked for."""
    seams = [record for record in records if scenario_of(record, options) == "integration"]
    units = [record for record in records if record not in seams]
    if not options.include_edge_cases:
        units = [record for record in units if scenario_of(record, options) == "happy"]
    if options.coverage is CoverageGoal.BASIC:
        units = list(_one_each(units))
    if TestType.INTEGRATION not in options.test_types:
        return units
    return [*units, *seams] if TestType.UNIT in options.test_types or not seams else seams


def _one_each(records: Iterable[Record]) -> Iterable[Record]:
    """The plainest test of every symbol: documented before made up, happy before edge."""
    best: dict[str, Record] = {}
    for record in records:
        if record.error is not None:
            continue
        known = best.get(record.symbol)
        if known is None or _plainness(record) < _plainness(known):
            best[record.symbol] = record
    return best.values()


def _plainness(record: Record) -> tuple[bool, bool, int]:
    return is_edge(record), not record.documented, len(record.call)


def _case(record: Record, taken: dict[str, Record | None], module: str, style: Style) -> Case:
    if record.says:
        name = f"test_{record.symbol}_{record.says}"
        taken[name] = record
        return Case(name=name, code=laws.code_of(name, record), targets=(record.symbol,))
    name = name_of(record, taken)
    body = _body(record, style)
    code = style.test(name, body, names_in("\n".join(body)))
    targets = tuple(part.split(".")[0] for part in record.symbol.split("+"))
    return Case(name=name, code=code, group=style.group(record.symbol, module), targets=targets)


def _table_case(table: Table, taken: dict[str, Record | None], module: str, style: Style) -> Case:
    first, here = table.records[0], style.row_indent
    name = name_of_rows(table.records, table.columns, taken)
    setup = [broken(line, style.indent) for line in first.lines]
    if first.error is not None:
        kind, pattern = _expected_error(first.error)
        body = [broken(f"with {style.raising(kind, pattern)}:", here), broken(table.call, here + 4)]
    else:
        value = "expected" if table.has_results else first.checks[0].value
        body = style.assertion(Check(of="", how="equals", value=value), table.call, here)
    code = style.table(name, table, setup, body)
    return Case(name=name, code=code, group=style.group(first.symbol, module), targets=(first.symbol.split(".")[0],))


def _body(record: Record, style: Style) -> list[str]:
    here = style.indent
    setup = [broken(line, here) for line in record.lines]
    if record.error is not None:
        kind, pattern = _expected_error(record.error)
        act = [broken(f"with {style.raising(kind, pattern)}:", here), broken(record.call, here + 4)]
        return _patched(record, [*setup, *act], [], here) if record.patches else _apart(setup, act)
    direct = _direct(record, style)
    if direct is not None and not record.patches:
        return _apart(setup, [direct])
    checked = [check for check in record.checks if (check.how, check.value) != ("instance", record.symbol)]
    needs_result = any(
        not check.of or check.of.startswith((".", "[")) or check.of == "len()" for check in record.checks
    )
    prints = record.checks[0].how == "prints"
    needs_result = needs_result and not prints
    act = [broken(f"result = {record.call}" if needs_result else record.call, here)]
    checks = [line for check in checked for line in style.assertion(check, _of(check, style), here)]
    if record.patches:
        return _patched(record, [*setup, *act], checks, here)
    if prints:
        act = style.printing(record.call)
    return _apart(setup, act, checks) if len(setup) > 1 or not needs_result else _apart([*setup, *act], checks)


def _direct(record: Record, style: Style) -> str | None:
    """The call inside the assertion itself, when that is one readable line."""
    (check, *others) = record.checks
    if others or check.of or check.how == "prints":
        return None
    if re.search(r"\.__(eq|ne|lt|le|gt|ge|contains)__$", record.symbol) and check.value in ("True", "False"):
        return style.truth(record.call, check.value == "True")
    infix = re.match(r".*\s(==|!=|[<>]=?|in|[-+*/%&|^@]+)\s", _outside_brackets(record.call)) is not None
    lines = style.assertion(check, f"({record.call})" if infix and style.is_operator else record.call, style.indent)
    return lines[0] if len(lines) == 1 and "\n" not in lines[0] and len(lines[0]) <= WIDTH else None


def _outside_brackets(text: str) -> str:
    plain = re.sub(r"\"(?:\\.|[^\"\\])*\"|'(?:\\.|[^'\\])*'", "''", text)
    while (shorter := re.sub(r"[(\[{][^()\[\]{}]*[)\]}]", "", plain)) != plain:
        plain = shorter
    return plain


def _of(check: Check, style: Style) -> str:
    if check.how == "prints":
        return style.printed
    if check.of.startswith((".", "[")):
        return f"result{check.of}"
    return "len(result)" if check.of == "len()" else check.of or "result"


def _expected_error(error: tuple[str, str, str]) -> tuple[str, str | None]:
    """Its type, and a pattern for its message, written as a literal."""
    kind, _, message = error
    line = message.splitlines()[0] if message else ""
    line = re.split(r"0x[0-9a-f]{6,}", line)[0]
    if len(line) > _MOST_MATCH:
        line = line[: _MOST_MATCH + 1].rpartition(" ")[0] or line[:_MOST_MATCH]
    pattern = re.sub(r"([.^$*+?{}\[\]|()\\])", r"\\\1", line)
    if not pattern.strip():
        return kind, None
    return kind, _literal(pattern)


def _literal(pattern: str) -> str:
    if not pattern.isprintable():
        return repr(pattern)
    quote = "'" if '"' in pattern else '"'
    if quote in pattern:
        escaped = pattern.replace("\\", "\\\\")
        return '"' + escaped.replace('"', '\\"') + '"' if pattern.count('"') <= pattern.count("'") else repr(pattern)
    return f"r{quote}{pattern}{quote}" if "\\" in pattern else f"{quote}{pattern}{quote}"


def _patched(record: Record, act: list[str], checks: list[str], here: int) -> list[str]:
    opened = ", ".join(map(_opened, record.patches))
    prepared = [broken(line, here + 4) for patch in record.patches for line in patch.lines]
    inner = ["\n".join(f"    {line}" for line in text.split("\n")) for text in act]
    head = [broken(f"with {opened}:", here), *prepared]
    return _apart(head, inner, checks) if prepared else _apart([*head, *inner], checks)


def _opened(patch: Patch) -> str:
    if not patch.target:
        return f"{patch.given} as {patch.name}"
    target = _quoted(patch.target)
    return f"mock.patch.dict({target}, {patch.given})" if patch.given else f"mock.patch({target}) as {patch.name}"


def _quoted(text: str) -> str:
    return f'"{text}"'


def _apart(*blocks: list[str]) -> list[str]:
    """The blocks with a blank line between them."""
    lines: list[str] = []
    for block in blocks:
        if block and lines:
            lines.append("")
        lines.extend(block)
    return lines


def _preamble(cases: Sequence[Case], told: Sequence[Record | Table], module: str, style: Style) -> str:
    plain: set[str] = set(style.needs)
    by_module: dict[str, set[str]] = {}
    for case, each in zip(cases, told, strict=True):
        record = each if isinstance(each, Record) else each.records[0]
        local = _local_names(record) | style.local
        if _serves(record):
            local.add("serving")
        if isinstance(each, Table):
            local |= {*each.columns, "cases"}.union(*map(_local_names, each.records))
        homes = {
            name: home for one in (each.records if isinstance(each, Table) else (each,)) for name, home in one.homes
        }
        if record.says:
            homes |= laws.HOMES
            local |= {parameter for parameter, _ in record.arguments}
        for name in names_in(case.code) - local:
            if record.says and name in homes:
                by_module.setdefault(homes[name], set()).add(name)
            elif name == "HTTPError" and _mentions(record.patches, "HTTPError("):
                by_module.setdefault("urllib.error", set()).add(name)
            elif name in _MODULES or (name in _LIBRARIES and _mentions(record.patches, f"{name}.")):
                plain.add(name)
            elif name in FROM:
                by_module.setdefault(FROM[name], set()).add(name)
            elif record.error is not None and name == record.error[0] and record.error[1]:
                by_module.setdefault(record.error[1], set()).add(name)
            elif name != case.name and not _is_of_python(name):
                by_module.setdefault(homes.get(name, module), set()).add(name)
    if not any(isinstance(each, Record) and _serves(each) for each in told):
        return imports(plain, by_module)
    for name, needed in serving.NEEDS.items():
        if inspect.ismodule(needed):
            plain.add(name)
        else:
            by_module.setdefault(needed.__module__, set()).add(name)
    return f"{imports(plain, by_module)}\n\n\n{serving.TEXT}"


def _mentions(patches: Sequence[Patch], text: str) -> bool:
    return any(text in line for patch in patches for line in patch.lines)


def _is_of_python(name: str) -> bool:
    return keyword.iskeyword(name) or hasattr(builtins, name)


def _local_names(record: Record) -> set[str]:
    """Variables, keyword arguments and parameters of lambdas: names that need no import."""
    local = {"result", record.subject, *(patch.name for patch in record.patches)}
    for text in (*record.lines, record.call, *(check.value for check in record.checks)):
        local.update(re.findall(r"(?:^|[(,]\s*)([A-Za-z_]\w*)\s*=(?!=)", text))
        for parameters in re.findall(r"\blambda ([^:]*):", text):
            local.update(re.findall(r"\w+", parameters))
    return local
