"""A mail server of the tests: speaks enough SMTP to accept, refuse, hesitate, break off, or say nothing at all."""

from __future__ import annotations

import asyncio
import base64
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any


@dataclass(kw_only=True)
class SmtpServer:
    """What it does with what comes; `rcpt` and `data` are answered in turn, the last one for ever."""

    port: int = 0
    greeting: str = "220 mail.firma.example ESMTP"
    auth: str = "235 2.7.0 well"
    rcpt: list[str] = field(default_factory=lambda: ["250 ok"])
    data: list[str] = field(default_factory=lambda: ["250 2.0.0 queued"])
    silent: bool = False  # takes connections and says nothing
    breaks_off: bool = False  # takes the message and hangs up before it answers
    offers_tls: ssl.SSLContext | None = None
    received: list[EmailMessage] = field(default_factory=list[EmailMessage])
    logins: list[str] = field(default_factory=list[str])
    encrypted: list[bool] = field(default_factory=list[bool])
    hello: list[str] = field(default_factory=list[str])

    def _next(self, answers: list[str]) -> str:
        return answers.pop(0) if len(answers) > 1 else answers[0]

    async def talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One connection."""

        async def say(*lines: str) -> None:
            for line in lines:
                writer.write(line.encode() + b"\r\n")
            await writer.drain()

        if self.silent:
            await reader.read()
            return
        await say(self.greeting)
        encrypted = writer.get_extra_info("ssl_object") is not None
        while line := (await reader.readline()).decode().strip():
            verb = line.split(" ")[0].upper()
            if verb in {"EHLO", "HELO"}:
                self.hello.append(line)
                tls = ["250-STARTTLS"] if self.offers_tls and not encrypted else []
                await say("250-mail.firma.example", *tls, "250 AUTH PLAIN LOGIN")
            elif verb == "STARTTLS" and self.offers_tls:
                await say("220 go ahead")
                await writer.start_tls(self.offers_tls)
                encrypted = True
            elif verb == "AUTH":
                self.logins.append(base64.b64decode(line.split(" ")[2]).decode())
                await say(self.auth)
            elif verb == "MAIL":
                self.encrypted.append(encrypted)
                await say("250 ok")
            elif verb == "RCPT":
                await say(self._next(self.rcpt))
            elif verb == "DATA":
                await say("354 go ahead")
                body = (await reader.readuntil(b"\r\n.\r\n"))[:-5]
                if self.breaks_off:
                    break
                answer = self._next(self.data)
                if answer.startswith("250"):
                    self.received.append(message_from_bytes(body, policy=policy.default))
                await say(answer)
            elif verb == "QUIT":
                await say("221 bye")
                break
            else:
                await say("250 ok")


@asynccontextmanager
async def run_server(tls: ssl.SSLContext | None = None, **how: Any) -> AsyncGenerator[SmtpServer]:
    """A server on a port of its own, until the block ends. `tls`: encrypted from the first byte."""
    server = SmtpServer(**how)
    talks: set[asyncio.Task[None]] = set()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        talks.add(task)
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                await server.talk(reader, writer)
        finally:
            writer.close()

    listening = await asyncio.start_server(talk, "127.0.0.1", 0, ssl=tls)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in talks:
            task.cancel()
        await asyncio.gather(*talks, return_exceptions=True)
