"""What is known of languages that are read by their layout alone: a row for each."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

_BRACES_APART = r"""//[^\n]*|/\*.*?\*/|"{quotes}|'(?:\\[^\n]{{1,8}}?|[^\\'\n])'"""
_QUOTED = r'(?:\\.|[^"\\])*"'


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """`apart` are comments and texts, in which nothing counts. `test` begins a test, `symbol` and `type` something to
    test, each with its `name`; `own_tests` begins the tests that a source itself holds. Blocks end by braces, or by
    `end` where `ends_by_word`.
    """

    name: str
    extensions: tuple[str, ...]
    comment: str
    apart: re.Pattern[str]
    test: re.Pattern[str]
    symbol: re.Pattern[str]
    type: re.Pattern[str]
    imports: re.Pattern[str]
    asserts: re.Pattern[str]
    forbidden: re.Pattern[str]
    ends_by_word: bool = False
    own_tests: re.Pattern[str] | None = None


def _apart(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.DOTALL)


def _lines(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.MULTILINE)


_RUST = Words(
    name="rust",
    extensions=(".rs",),
    comment="//",
    apart=_apart(r'\bb?r(#*)".*?"\1|' + _BRACES_APART.format(quotes=_QUOTED)),
    test=_lines(
        r"(?:^|(?<=[{};]))[ \t]*(?:#\[[^\n]*\]\s*)*?#\[(?:\w+::)?test(?:\([^\n]*\))?\]\s*(?:#\[[^\n]*\]\s*)*"
        r"(?:pub\s+)?(?:async\s+)?fn\s+(?P<name>\w+)\s*\("
    ),
    symbol=_lines(r"^[ \t]*pub\s+(?:(?:const|async|unsafe)\s+)*fn\s+(?P<name>\w+)"),
    type=_lines(r"^[ \t]*pub\s+(?:struct|enum|trait)\s+(?P<name>\w+)"),
    imports=_lines(r"^(?:use|extern crate)\b[^;]*;"),
    asserts=_lines(r"\b(?:debug_)?assert(?:_eq|_ne|_matches)?!\s*[(\[]|#\[should_panic|\bpanic!"),
    forbidden=_lines(r"\bprocess::(?:exit|abort)\b|\bthread::sleep\b|#\[ignore\b"),
    own_tests=_lines(r"^[ \t]*#\[cfg\(test\)\]"),
)
_JAVA = Words(
    name="java",
    extensions=(".java",),
    comment="//",
    apart=_apart('""".*?"""|' + _BRACES_APART.format(quotes=_QUOTED)),
    test=_lines(
        r"(?:^|(?<=[{};]))[ \t]*(?:@\w+(?:\([^\n]*\))?\s+)*?"
        r"@(?:Test|ParameterizedTest|RepeatedTest)\b(?:\([^\n]*?\))?\s+"
        r"(?:@\w+(?:\([^\n]*\))?\s+)*(?:(?:public|protected|final|static)\s+)*void\s+(?P<name>\w+)\s*\("
    ),
    symbol=_lines(
        r"^[ \t]+(?:(?:public|protected|static|final|synchronized|default)\s+)+(?:<[^>\n]*>\s*)?"
        r"[\w<>\[\],.? ]+?\s+(?P<name>\w+)\s*\("
    ),
    type=_lines(
        r"^[ \t]*(?:(?:public|final|abstract|sealed|static)\s+)*(?:class|enum|record|interface)\s+(?P<name>\w+)"
    ),
    imports=_lines(r"^import\b[^;]*;"),
    asserts=_lines(r"\bassert\w*\s*\(|\bverify\s*\(|\bfail\s*\(|\bassert\s"),
    forbidden=_lines(r"\bSystem\.exit\b|\bThread\.sleep\b|\.halt\s*\(|@Disabled\b"),
)
_GO = Words(
    name="go",
    extensions=(".go",),
    comment="//",
    apart=_apart("`[^`]*`|" + _BRACES_APART.format(quotes=_QUOTED)),
    test=_lines(r"^func\s+(?P<name>Test\w*)\s*\(\s*\w+\s+\*testing\.T\s*\)"),
    symbol=_lines(r"^func\s+(?:\([^)\n]*\)\s+)?(?P<name>\w+)\s*[(\[]"),
    type=_lines(r"^type\s+(?P<name>\w+)\s"),
    imports=_lines(r"^import\s+(?:\w+\s+)?(?:\"[^\"\n]*\"|\([^)]*\))"),
    asserts=_lines(r"\bt\.(?:Error|Errorf|Fatal|Fatalf|Fail|FailNow)\b|\b(?:assert|require)\.\w+\s*\("),
    forbidden=_lines(r"\bos\.Exit\b|\btime\.Sleep\b|\bt\.Skip\w*\b"),
)
_RUBY = Words(
    name="ruby",
    extensions=(".rb",),
    comment="#",
    apart=_apart(r"""^=begin\b.*?^=end\b|#(?!\{)[^\n]*|"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'"""),
    test=_lines(r"^[ \t]*def\s+(?P<name>test_\w+)"),
    symbol=_lines(r"^[ \t]*def\s+(?:self\.)?(?P<name>(?!initialize\b)\w+[?!]?)"),
    type=_lines(r"^[ \t]*(?:class|module)\s+(?P<name>\w+)"),
    imports=_lines(r"^require(?:_relative)?\b[^\n]*"),
    asserts=_lines(r"\b(?:assert|refute)\w*\b|\bmust_\w+|\bwont_\w+|\bflunk\b"),
    forbidden=_lines(r"\b(?:exit|abort|sleep|skip)\b"),
    ends_by_word=True,
)

WORDS: Mapping[str, Words] = {words.name: words for words in (_RUST, _JAVA, _GO, _RUBY)}
