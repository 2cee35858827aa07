"""The engine's way to the functions of its own process."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from testwright.jobs.asking import post_in_process


async def repeat(request: Request) -> Response:
    told = {
        "query": dict(request.query_params),
        "key": request.headers["x-key"],
        "body": (await request.body()).decode(),
    }
    return JSONResponse(told, 206, {"X-Said": "yes"})


async def in_pieces(request: Request) -> Response:
    async def pieces():
        yield b"one, "
        yield b"two"

    await request.body()
    return StreamingResponse(pieces())


APP = Starlette(routes=[Route("/repeat", repeat, methods=["POST"]), Route("/pieces", in_pieces, methods=["POST"])])


async def test_what_is_asked_arrives_and_what_is_answered_comes_back():
    status, headers, content = await post_in_process(APP, "/repeat", {"fnId": "a b"}, {"x-key": "k"}, b"{}")

    assert (status, headers["x-said"]) == (206, "yes")
    assert content == b'{"query":{"fnId":"a b"},"key":"k","body":"{}"}'


async def test_an_answer_in_pieces_is_one():
    assert (await post_in_process(APP, "/pieces", {}, {}, b""))[2] == b"one, two"


async def test_a_fault_in_the_app_is_an_answer():
    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise ValueError("a fault")

    assert (await post_in_process(broken, "/", {}, {}, b""))[0] == 500
