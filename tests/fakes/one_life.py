"""A life of the service with one session and a slow model, and an account of what came of it.

python -m tests.fakes.one_life HOME LOG
"""

import asyncio
import json
import sys
from pathlib import Path

from tests.fakes.kill_accounts import violations
from tests.fakes.kill_loop import FILES, WIDTH, Log, live, new_session
from testwright.store import Store

MODEL_SECONDS = 1.5


async def main(home: Path, path: Path) -> list[str]:
    log = Log(path)
    async with Store.open(home) as store:
        accepted = await store.accept(new_session("local"))
        log.line("accepted", accepted.session_id)
    await live(home, None, log, take_in=False, model_seconds=MODEL_SECONDS)
    found = await violations(home, None, log.lines(), files=FILES, extra_calls=WIDTH)
    async with Store.open(home) as store:
        record = await store.session(accepted.session_id, "local")
        if record is None or record.status != "completed":
            found.append(f"the session is {record and record.status}")
    return found


if __name__ == "__main__":
    print(json.dumps(asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))))
