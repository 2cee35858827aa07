"""Failures that no rewriting can mend: what is missing here, by the failure's own words, and what to do about it.

Only what a failure says of itself counts, never what a test compares: a test that expects the word ECONNREFUSED and
gets another is simply wrong.
"""

import re
from collections.abc import Callable

from testwright.domain.drafts import Case, Draft
from testwright.domain.verdicts import Trouble

_Rule = Callable[[str, str], "tuple[str, str] | None"]
_COMPARES = re.compile(
    r"\A(?:AssertionError|assert\b|JestAssertionError|(?:Error: )?expect(?:ed)?\b|Failed: DID NOT RAISE)"
)
_TOLD = re.compile(r"^(?:cause: |code: |\[cause\]: |E\s+)?(?P<said>.*)$")
_FRAME = re.compile(r"^\s*(?:at\s|\d+ \||> ?\d+ \||File \")")
_REFUSED_IN_CONFINED = re.compile(
    r"\bENONET\b|\[Errno 64\]|[Mm]achine is not on the network|PermissionError: \[Errno (?:1|13)\]|"
    r"\bE(?:ACCES|PERM): (?:permission denied|operation not permitted)"
)
_CONFINED = "This needs the isolated tier of the sandbox; here is only the confined one."
_CONFINED_HINT = "Install bubblewrap and allow user namespaces: `testwright doctor` says what keeps it from working."
_MOST_LINES = 12


def trouble_of(message: str, source: str, test: str, *, tier: str = "isolated") -> Trouble | None:
    """What is missing, or None when the test may well be to blame. `source` is the unit's text, `test` the test's.

    `tier` is the sandbox's: the confined one refuses some of what the isolated one gives.
    """
    if _COMPARES.match(message.strip()):
        return None
    said = "\n".join(_told(message))
    if is_refused_by(tier, said):
        return Trouble(kind="sandbox", message=_CONFINED, hint=_CONFINED_HINT)
    for kind, rule in _RULES:
        found = rule(said, source)
        if found is not None and not _is_the_tests_own(kind, found[0], source, test):
            what, hint = found
            return Trouble(kind=kind, message=what, hint=hint)
    return None


def own_slip_of(message: str, source: str, test: str) -> str | None:
    """What the test itself does that cannot be done here, and what to do in its place."""
    if _COMPARES.match(message.strip()):
        return None
    found = _read_only("\n".join(_told(message)), source)
    if found is None or not _is_the_tests_own("read_only", found[0], source, test):
        return None
    return f"{found[0].replace('The code', 'The test')} Make a temporary folder for it, as tmp_path is one in pytest."


def is_refused_by(tier: str, said: str) -> bool:
    """Whether this is the sandbox's own refusal, in a tier that gives less than the isolated one."""
    return tier == "confined" and _REFUSED_IN_CONFINED.search(said) is not None


def text_of(draft: Draft, case: Case) -> str:
    return f"{draft.preamble}\n{case.setting}\n{case.code}"


def _told(message: str) -> list[str]:
    """The failure's own lines, without frames and quoted code."""
    lines = [line for line in message.splitlines()[: 4 * _MOST_LINES] if line.strip() and not _FRAME.match(line)]
    return [found["said"] for line in lines[:_MOST_LINES] if (found := _TOLD.match(line)) is not None]


def _is_the_tests_own(kind: str, what: str, source: str, test: str) -> bool:
    """What the test brought in (a package, a program, a file) it can also leave out: that is for the writer."""
    named = re.search(r"“([^”]+)”", what)
    can_be_left_out = kind in ("package", "program", "read_only")
    return can_be_left_out and named is not None and named[1] in test and named[1] not in source


def _database(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(
        r"OperationalError.*(?:connect|connection)|could not connect to (?:server|database)|MongoServerSelectionError|"
        r"MongoNetworkError|ServerSelectionTimeoutError|redis\.exceptions\.ConnectionError|SequelizeConnection\w*Error|"
        r"(?:ECONNREFUSED|Connection refused)\S*.*(?::|port )(?:5432|3306|6379|27017|1433)\b|Can't connect to MySQL",
        said,
    )
    return None if found is None else ("The database that the code asks is not there.", _DATABASE_HINT)


def _network(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(
        r"\b(?:ENOTFOUND|ECONNREFUSED|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ETIMEDOUT)\b|Network is unreachable|gaierror|"
        r"Name or service not known|Temporary failure in name resolution|ConnectionRefusedError|NewConnectionError|"
        r"httpx\.ConnectError|ConnectTimeout|nodename nor servname|No route to host",
        said,
    )
    return None if found is None else ("The code wants the network, and tests run without one.", _NETWORK_HINT)


def _program(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(r"\bspawn(?:Sync)? (?P<program>[\w./+-]+) ENOENT", said)
    if found is None and re.search(r"\b(?:subprocess|Popen|exec[lv]p?e?|create_subprocess_\w+)\b", source):
        found = re.search(r"FileNotFoundError: .*: '(?P<program>(?:/usr(?:/local)?)?(?:/s?bin/)?[\w+-]+)'", said)
    if found is None:
        found = re.search(r"(?:/bin/)?sh: (?:\d+: |line \d+: )?(?P<program>[\w+-]+): (?:command )?not found", said)
    if found is None:
        return None
    program = found["program"]
    return f"The program “{program}” is not installed.", f"Install {program} where tests run, or let tests replace it."


def _package(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(
        r"(?:ModuleNotFoundError|ImportError): No module named '(?P<name>[\w.]+)'|"
        r"Cannot find (?:module|package) '(?P<other>[^'./][^']*)'",
        said,
    )
    if found is None:
        return None
    parts = found["name"].split(".")[:1] if found["name"] else found["other"].split("/")
    package = "/".join(parts[:2]) if parts[0].startswith("@") else parts[0]
    return (
        f"The package “{package}” is not installed.",
        f"Add {package} to the project's dependencies and install them: {_FROM_A_LOCK}.",
    )


def _variable(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(r"\AKeyError: '(?P<name>[A-Z][A-Z0-9_]*)'", said)
    if found is None or not re.search(r"\benviron\b", source) or found["name"] not in source:
        return None
    name = found["name"]
    return f"The environment variable {name} is not set.", f"Give the code a default, or let tests set {name}."


def _read_only(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(
        r"(?:\bEROFS\b|Read-only file system|PermissionError: \[Errno (?:1|13)\]|\bEACCES: permission denied)"
        r"(?:[^'\n]*'(?:[^'\n]*/)?(?P<file>[^'/\n]+)')?",
        said,
    )
    if found is None:
        return None
    what = f" “{found['file']}”" if found["file"] else ""
    return (
        f"The code writes{what} where tests may not.",
        "Let the code take its folder as a parameter, so that tests can give one.",
    )


def _display(said: str, source: str) -> tuple[str, str] | None:
    found = re.search(
        r"no display name and no \$DISPLAY|cannot open display|couldn't connect to display|Qt platform plugin|"
        r"Missing X server|(?:No|no) CUDA GPUs? |CUDA driver|libcuda|Unable to open (?:the )?X display|no GPU",
        said,
    )
    return None if found is None else ("The code wants a screen or a graphics card.", _DISPLAY_HINT)


_FROM_A_LOCK = "what a lock file names, --install (in a request the option `install`) installs"
_NETWORK_HINT = "Let the code take what asks the network as a parameter, so that tests can replace it."
_DATABASE_HINT = "Let the code take its connection as a parameter, so that tests can replace it."
_DISPLAY_HINT = "Keep what draws apart from what decides, and pick the file that decides."
_RULES: tuple[tuple[str, _Rule], ...] = (
    ("database", _database),
    ("network", _network),
    ("program", _program),
    ("package", _package),
    ("variable", _variable),
    ("read_only", _read_only),
    ("display", _display),
)
