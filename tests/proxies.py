"""Tiny outbound proxies: HTTP (forward and CONNECT) and SOCKS5, with what they were asked."""

import asyncio
import base64

from upstreams import read_request


async def _pipe(reader, writer):
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _join(reader, writer, host, port):
    upstream_reader, upstream_writer = await asyncio.open_connection(host, port)
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(_pipe(reader, upstream_writer))
            group.create_task(_pipe(upstream_reader, writer))
    except* OSError:
        pass
    finally:
        upstream_writer.transport.abort()


def http_proxy(asked: list[str], credentials: str | None = None):
    """Return the handler of an HTTP proxy that leads every host to 127.0.0.1."""

    async def handler(reader, writer):
        head = await read_request(reader)
        method, target, _ = head.split(b"\r\n")[0].decode().split(" ")
        asked.append(f"{method} {target}")
        if credentials is not None:
            expected = base64.b64encode(credentials.encode())
            if b"Proxy-Authorization: Basic " + expected not in head:
                writer.write(b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n")
                return
        if method == "CONNECT":
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            port = int(target.rpartition(":")[2])
            await _join(reader, writer, "127.0.0.1", port)
            return
        port = int(target.split("/")[2].rpartition(":")[2])
        upstream_reader, upstream_writer = await asyncio.open_connection("127.0.0.1", port)
        upstream_writer.write(head)
        await _pipe(upstream_reader, writer)
        upstream_writer.transport.abort()

    return handler


def socks_proxy(asked: list[str], credentials: tuple[str, str] | None = None):
    """Return the handler of a SOCKS5 proxy that leads every host to 127.0.0.1."""

    async def handler(reader, writer):
        _, count = await reader.readexactly(2)
        await reader.readexactly(count)
        if credentials:
            writer.write(b"\x05\x02")
            _, size = await reader.readexactly(2)
            user = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = (user.decode(), password.decode()) == credentials
            writer.write(b"\x01\x00" if good else b"\x01\x01")
            if not good:
                return
        else:
            writer.write(b"\x05\x00")
        kind = (await reader.readexactly(4))[3]
        if kind == 3:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        else:
            host = ".".join(str(byte) for byte in await reader.readexactly(4))
        port = int.from_bytes(await reader.readexactly(2), "big")
        asked.append(f"{host}:{port}")
        writer.write(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        await _join(reader, writer, "127.0.0.1", port)

    return handler
