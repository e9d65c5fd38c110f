"""The mail server of the sandbox: takes letters from okienko on this machine (RFC 5321, as much as that takes)."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Final

from okienko.sandbox.faults import Fault
from okienko.sandbox.place import HOST

MOST_BYTES: Final = 30_000_000


class Listener:
    """One mail server: whom it lets in, and what becomes of letters."""

    def __init__(self, user: str, password: str, take: Callable[[bytes], None], fault: Callable[[], Fault | None]):
        self._login = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
        self._take = take
        self._fault = fault

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection, until it is over."""
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
                await self._converse(reader, writer)
        finally:
            writer.close()

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async def say(line: str) -> None:
            writer.write(line.encode() + b"\r\n")
            await writer.drain()

        known = False
        await say("220 sandbox.example ESMTP")
        while line := (await reader.readline()).decode("utf-8", "replace").strip():
            verb, _, rest = line.partition(" ")
            match verb.upper():
                case "EHLO":
                    await say(f"250-sandbox.example\r\n250-SIZE {MOST_BYTES}\r\n250-8BITMIME\r\n250 AUTH PLAIN")
                case "AUTH":
                    known = rest.partition(" ")[2] == self._login
                    await say("235 2.7.0 welcome" if known else "535 5.7.8 the password is wrong")
                case "MAIL" | "RCPT" if not known:
                    await say("530 5.7.0 sign in first")
                case "DATA" if not known:
                    await say("530 5.7.0 sign in first")
                case "DATA":
                    await say("354 go ahead")
                    content = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                    if not await self._settle(content, say):
                        return
                case "QUIT":
                    await say("221 2.0.0 bye")
                    return
                case "HELO" | "MAIL" | "RCPT" | "RSET" | "NOOP":
                    await say("250 2.0.0 ok")
                case _:
                    await say("500 5.5.1 not known")

    async def _settle(self, content: bytes, say: Callable[[str], Awaitable[None]]) -> bool:
        """Takes a letter, or does what was asked for instead; whether the line is still there."""
        fault = self._fault()
        match None if fault is None else fault.kind:
            case "drop_before":
                return False
            case "drop_after":
                self._take(content)
                return False
            case "limit" | "error" | "html":
                await say("451 4.3.0 try again later")
            case "code":
                await say("554 5.7.1 refused")
            case "expired":
                await say("530 5.7.0 sign in first")
            case _:
                self._take(content)
                await say("250 2.0.0 taken")
        return True


@asynccontextmanager
async def listen(listener: Listener, port: int) -> AsyncGenerator[int]:
    """The port that it listens on, until the block ends."""
    server = await asyncio.start_server(listener.talk, HOST, port, limit=MOST_BYTES)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
