"""The peer to be measured by: the least a Python gateway can do, uvicorn and aiohttp.

It passes bodies on untouched, knows one upstream, and checks nothing. `UPSTREAM` in the
environment is the address it passes on to.
"""

import os

import aiohttp

_UPSTREAM = os.environ["UPSTREAM"]
_session: list[aiohttp.ClientSession] = []


async def app(scope, receive, send) -> None:
    if scope["type"] != "http":
        return
    if not _session:
        connector = aiohttp.TCPConnector(limit=0)
        _session.append(aiohttp.ClientSession(connector=connector, auto_decompress=False))
    body = b""
    more = True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    async with _session[0].request(
        scope["method"],
        _UPSTREAM + scope["path"],
        data=body or None,
        headers={"content-type": "application/json", "authorization": "Bearer key"},
    ) as answer:
        kept = [
            (name.lower().encode(), value.encode())
            for name, value in answer.headers.items()
            if name.lower() in {"content-type", "content-length"}
        ]
        await send({"type": "http.response.start", "status": answer.status, "headers": kept})
        async for piece in answer.content.iter_any():
            await send({"type": "http.response.body", "body": piece, "more_body": True})
    await send({"type": "http.response.body", "body": b""})
