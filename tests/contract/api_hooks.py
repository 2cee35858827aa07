"""How schemathesis asks our service: now and then with ids that exist, and never for anything beyond this machine."""

import json
import os
from typing import Any

import schemathesis

EXISTING: dict[str, str] = json.loads(os.environ["TESTWRIGHT_EXISTING"])


@schemathesis.hook
def map_path_parameters(context: Any, path_parameters: dict[str, Any] | None) -> dict[str, Any] | None:
    """Half of what is asked is about something that is there; else nearly all of it would end as unknown."""
    if path_parameters and len(json.dumps(path_parameters, default=str)) % 2:
        return {name: EXISTING.get(name, value) for name, value in path_parameters.items()}
    return path_parameters


@schemathesis.hook
def filter_body(context: Any, body: Any) -> bool:
    return not (isinstance(body, dict) and body.get("gitUrl"))


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """What has an end: a stream that stays open says no more, and a session deleted would be there for nobody else."""
    if "/stream/" in case.path:
        case.query = {**(case.query or {}), "live": "false"}
    if isinstance(case.body, dict) and case.body.get("gitUrl"):
        case.body = {**case.body, "gitUrl": "https://127.0.0.1:1/o/n.git"}
    if case.method == "DELETE" and EXISTING.keys() & (case.path_parameters or {}).keys():
        case.path_parameters = dict.fromkeys(case.path_parameters, "nothing-there")
