"""Loaded by every Python process of the offline test: refuses to reach another machine, and writes down who tried."""

from __future__ import annotations

import os
import socket
import sys
from pathlib import Path

_RECORD = Path(os.environ["ATTEMPTS"])
_HERE = ("127.", "::1", "localhost", "0.0.0.0")


def _watch(event: str, arguments: tuple[object, ...]) -> None:
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event in {"socket.connect", "socket.sendto"} and isinstance(arguments[1], tuple):
        host = arguments[1][0]  # pyright: ignore[reportUnknownVariableType]
    elif event in {"socket.gethostbyname", "socket.gethostbyaddr"}:
        host = arguments[0]
    else:
        return
    if host and not str(host).startswith(_HERE) and host != socket.gethostname():  # pyright: ignore[reportUnknownArgumentType]
        with _RECORD.open("a") as record:
            record.write(f"{Path(sys.argv[0]).name} {event} {host}\n")
        raise OSError("no network")


sys.addaudithook(_watch)
