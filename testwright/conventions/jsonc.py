"""JSON as tools' configurations have it: with comments, and commas behind the last entry."""

import json
import re
from typing import Any

_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"|//[^\n]*|/\*.*?\*/|,(?=(?:\s|//[^\n]*|/\*.*?\*/)*[}\]])', re.DOTALL)


def json_object(text: str | None) -> dict[str, Any]:
    """The object, or an empty one where the text is missing, broken or something else."""
    try:
        found = json.loads(_TOKEN.sub(lambda match: match[0] if match[0][0] == '"' else "", text or ""))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
