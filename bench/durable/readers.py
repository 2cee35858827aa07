"""Readers of streams in a process of their own, so that their work is not the service's.

    python bench/durable/readers.py PORT STREAMS < sessions, one id a line, then an empty line

Says `open` once every stream has said something. With the next line on standard input it says how many events came, and
how late: seconds since the moment that each of them names.
"""

import asyncio
import json
import re
import sys
import time

_AT = re.compile(rb'"at":([0-9.e+]+)[,}]')
_TAIL = 64
_AT_ONCE = 100


class Reader(asyncio.Protocol):
    def __init__(self, session_id: str, port: int, late: list[float]) -> None:
        self._request = f"GET /api/inngest/stream/{session_id} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        self._late = late
        self._kept = b""
        self.open = asyncio.get_running_loop().create_future()
        self.lost = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        if not self.open.done():
            self.open.set_result(data.split(b"\r\n", 1)[0].decode())
        data = self._kept + data
        end = 0
        for found in _AT.finditer(data):
            self._late.append(now - float(found[1]))
            end = found.end()
        self._kept = data[max(end, len(data) - _TAIL) :]

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost = True
        if not self.open.done():
            self.open.set_result("lost")


async def main(port: int, streams: int) -> None:
    sessions = []
    while session_id := sys.stdin.readline().strip():
        sessions.append(session_id)
    late: list[float] = []
    loop = asyncio.get_running_loop()
    room = asyncio.Semaphore(_AT_ONCE)

    async def one(session_id: str) -> Reader:
        async with room:
            _, reader = await loop.create_connection(lambda: Reader(session_id, port, late), "127.0.0.1", port)
            await reader.open
            return reader

    readers = await asyncio.gather(*(one(sessions[number % len(sessions)]) for number in range(streams)))
    opened = sum(reader.open.result() == "HTTP/1.1 200 OK" for reader in readers)
    print(json.dumps({"open": opened, "said": readers[-1].open.result()}), flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    print(json.dumps({"late": sorted(late), "lost": sum(reader.lost for reader in readers)}), flush=True)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
