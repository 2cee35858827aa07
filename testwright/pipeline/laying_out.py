"""The suite's final text: laid out by the project's own formatter, and true to its types."""

from collections import Counter
from dataclasses import replace

from testwright.domain.conventions import Layout, TypeCheck
from testwright.domain.drafts import Draft, Suite
from testwright.domain.insertions import holds_all_of, newline_of
from testwright.domain.projects import Completed, InstalledTool
from testwright.pipeline.bench import FORMATTED, Bench
from testwright.pipeline.findings import first_line
from testwright.pipeline.type_checking import TypeFindings, type_findings


async def lay_out(bench: Bench, draft: Draft, known: TypeCheck | None = None) -> Layout:
    """The draft's text through formatter and type checker; where the project has neither, nothing is run.

    A layout that the checker minds (a comment that silences it may have moved) is not taken. `known` is as below.
    """
    layout = await formatted(bench, draft)
    found = await checked(bench, layout, known)
    return await unformatted(bench, draft, layout) if found is None else found


async def checked(bench: Bench, layout: Layout, known: TypeCheck | None) -> Layout | None:
    """The layout with what the type checker says of it; None where it minds the formatting.

    `known` is what it said of this text before, or why it cannot be asked.
    """
    if known is not None:
        return replace(layout, types=known)
    findings = await type_findings(bench, layout.draft, layout.suite)
    if findings.faults and layout.formatted_with:
        return None
    return replace(layout, types=_outcome(findings))


async def unformatted(bench: Bench, draft: Draft, layout: Layout) -> Layout:
    """In the place of a layout that the type checker minds."""
    moved = f"{layout.formatted_with} moves what the type checker looks at"
    plain = Layout(suite=bench.suite_of(draft), draft=draft, format_problem=moved)
    return replace(plain, types=_outcome(await type_findings(bench, draft, plain.suite)))


def _outcome(findings: TypeFindings) -> TypeCheck | None:
    """Each test passed this gate among its siblings; what is held against the rest is the whole suite's affair."""
    if findings.check is None or not findings.faults:
        return findings.check
    said = next(iter(findings.faults.values())).message.partition(": ")[2]
    return replace(findings.check, problem=f"minds the suite as a whole: {first_line(said, 300)}")


async def formatted(bench: Bench, draft: Draft) -> Layout:
    """The draft laid out by the project's formatter, or as it was where that does not come to the same tests.

    What the project has in the suite stays as it is: where the formatter would change that, ours alone is formatted.
    """
    tool = bench.ready.formatter
    suite = bench.suite_of(draft)
    kept = Layout(suite=suite, draft=draft)
    if tool is None:
        return kept
    text, problem = await _through_formatter(bench, tool, suite)
    if problem:
        return replace(kept, format_problem=problem)
    if suite.is_added and not _only_adds(bench, suite, text):
        return await _ours_alone(bench, tool, kept)
    laid_out = _same_tests(bench, draft, suite, text)
    if laid_out is None:
        return replace(kept, format_problem=f"{tool.title} did not give back the same tests")
    return Layout(suite=replace(suite, text=text), draft=laid_out, formatted_with=tool.title)


async def _ours_alone(bench: Bench, tool: InstalledTool, kept: Layout) -> Layout:
    """Our tests formatted as a suite of their own, and then put into the project's."""
    alone = Suite(path=bench.new_path, text=bench.job.language.render(kept.draft))
    text, problem = await _through_formatter(bench, tool, alone)
    laid_out = None if problem else _same_tests(bench, kept.draft, alone, text)
    if laid_out is None:
        return replace(kept, format_problem=problem or f"{tool.title} did not give back the same tests")
    suite = bench.suite_of(laid_out)
    return Layout(suite=suite, draft=laid_out, formatted_with=tool.title) if suite.is_added else kept


def _only_adds(bench: Bench, suite: Suite, text: str) -> bool:
    """Whether the lines of the project's own that the insertion left whole are still there, in their order."""
    host = bench.baseline.host
    if host is None or not holds_all_of(text.encode(), host.text.encode()):
        return False
    whole = frozenset(suite.text.splitlines())
    lines = iter(text.splitlines())
    return all(line in lines for line in host.text.splitlines() if line in whole)


async def _through_formatter(bench: Bench, tool: InstalledTool, suite: Suite) -> tuple[str, str]:
    """The text that the formatter gives back, or else why there is none."""
    bench.place_suite(suite)
    completed = await bench.format_placed()
    if completed is None:
        return "", f"{tool.title} is not known here"
    if (problem := _problem(completed)) is not None:
        return "", f"{tool.title} {problem}"
    text = completed.reports[FORMATTED].decode("utf-8", "replace")
    return (text if newline_of(suite.text) == "\r\n" else text.replace("\r\n", "\n")), ""


def _problem(completed: Completed) -> str | None:
    """Why there is no text to take, as what the formatter did."""
    if completed.reason != "exit":
        return f"ended with {completed.reason.replace('-', ' ')}"
    if completed.exit_status != 0:
        said = first_line(completed.log, 200) if completed.log.strip() else completed.ending
        return f"failed: {said}"
    return None if completed.reports.get(FORMATTED, b"").strip() else "gave back nothing"


def _same_tests(bench: Bench, draft: Draft, suite: Suite, text: str) -> Draft | None:
    """The draft with its tests as they stand in the text; None when they are not the same tests."""
    language = bench.job.language
    try:
        found, before = language.split(text), language.split(suite.text)
    except ValueError:
        return None
    if _titles(found) != _titles(before):
        return None
    written = {case.name: case.code for case in found.cases}
    cases = tuple(replace(case, code=written.get(case.name, case.code)) for case in draft.cases)
    return Draft(preamble=draft.preamble if suite.is_added else found.preamble, cases=cases)


def _titles(draft: Draft) -> Counter[tuple[str | None, str]]:
    return Counter((case.group, case.name) for case in draft.cases)
