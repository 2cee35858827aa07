"""A busy machine is no verdict on a test: what ran out of time there is asked once more."""

import os
import re
from collections.abc import Mapping

from testwright.pipeline.findings import CaseResult

MOST_ASKED_AGAIN = 8
"""A suite of which more ran out of time has another trouble."""
_OUT_OF_TIME = re.compile(
    r"\bdid not end (?:within|in time)|[Tt]imed out (?:in|after) \d+ ?ms|[Tt]imeout of \d+ ?ms(?: for a \w+)? exceeded"
    r"|Exceeded timeout of \d+ ?ms"
)
_TIMES_ITS_PROCESSORS = 1.5


def machine_is_busy() -> bool:
    return os.getloadavg()[0] > _TIMES_ITS_PROCESSORS * (os.cpu_count() or 1)


def out_of_time(results: Mapping[str, CaseResult]) -> frozenset[str]:
    """The tests that failed because their time was over; none where they are too many to be the machine's doing."""
    late = [name for name, result in results.items() if not result.passed and _OUT_OF_TIME.search(result.reason)]
    return frozenset(late) if len(late) <= MOST_ASKED_AGAIN else frozenset()
