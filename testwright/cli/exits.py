"""Exit statuses, the same everywhere."""

ALL_PROVEN = 0
PARTIAL = 1
USAGE = 2
SET_UP = 3
MODEL_OR_NETWORK = 4
STOPPED = 130

_SET_UP_CODES = frozenset(
    {
        "sandbox_unavailable",
        "runner_missing",
        "install_failed",
        "missing_package",
        "environment",
        "port_in_use",
        "schema_newer",
        "storage_settings",
        "storage_unusable",
        "engine_settings",
        "bad_settings",
        "launch_failed",
        "git_missing",
    }
)


def exit_status_of(code: str) -> int:
    """The status for an error's code when it is why nothing came of it."""
    if code in _SET_UP_CODES:
        return SET_UP
    if code.startswith("model_") or code in ("network", "temporary", "engine_unreachable"):
        return MODEL_OR_NETWORK
    if code == "github_busy":
        return MODEL_OR_NETWORK
    return PARTIAL if code in ("failed", "internal", "tests_failed") else USAGE
