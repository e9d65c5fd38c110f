"""The product with no network but its own loopback: run inside a network namespace by `test_offline.py`."""

from __future__ import annotations

import fcntl
import json
import re
import socket
import struct
import subprocess
import sys
import time
from pathlib import Path
from urllib.request import Request, urlopen
from uuid import uuid4

_SIOCSIFFLAGS = 0x8914
_UP = 0x1
_PORT = 8765
_PATIENCE = 60  # seconds


def raise_loopback() -> None:
    """A new network namespace has a loopback that is down."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sh", b"lo", _UP))


def okienko(*arguments: str, text: str = "") -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "okienko", *arguments]
    return subprocess.run(command, input=text, stdout=subprocess.PIPE, text=True, check=True).stdout


def fetch(path: str, body: object = None, token: str = "") -> str:
    """One request to the demo."""
    headers = {"Content-Type": "application/json", "Sec-Fetch-Site": "same-origin"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    data = None if body is None else json.dumps(body).encode()
    with urlopen(Request(f"http://127.0.0.1:{_PORT}{path}", data, headers), timeout=20) as answer:
        return answer.read().decode()


def until(found: str, path: str, token: str = "") -> str:
    """Asks again until the words are there."""
    ends = time.monotonic() + _PATIENCE
    while time.monotonic() < ends:
        try:
            answer = fetch(path, token=token)
        except OSError:
            answer = ""
        if found in answer:
            return answer
        time.sleep(0.1)
    raise SystemExit(f"{path} never said {found}")


def main(folder: Path, *, isolated: bool) -> None:
    """Masks, serves the demo, chats with it, asks from the command line."""
    if isolated:
        raise_loopback()
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=1).close()
    except OSError:
        pass
    else:
        raise SystemExit("there is a network")
    masked = okienko("mask", text="mój mail jan@poczta.example, pesel 84082828709, Anna Kowalska")
    assert "poczta" not in masked
    assert "84082828709" not in masked
    demo = [sys.executable, "-m", "okienko", "demo", "--no-browser", "--port", str(_PORT), "--data", str(folder)]
    with subprocess.Popen(demo, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as running:
        try:
            shop = until("/chat/", "/demo/kramik")
            door = re.search(r"/chat/([\w-]+)\.js", shop)
            assert door is not None
            until("kramik", "/help/kramik/pl/")
            token = json.loads(fetch(f"/chat/{door[1]}/start", {"language": "pl"}))["token"]
            message = {"id": str(uuid4()), "kind": "text", "text": "Jak zwrócić zakup?", "choice": None}
            fetch(f"/hooks/webchat/{door[1]}", message, token)
            until("zwrot", f"/chat/{door[1]}/transcript", token)
        finally:
            running.terminate()
            running.communicate(timeout=_PATIENCE)
    said = json.loads(okienko("ask", "--data", str(folder), "--brand", "kramik", "Jak zwrócić zakup?", "--json"))
    assert said["kind"] == "answer", said
    sys.stdout.write("walked\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), isolated=sys.argv[2] == "isolated")
