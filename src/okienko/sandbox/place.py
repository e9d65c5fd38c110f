"""Where the sandbox is, if nobody says otherwise. Pure."""

from __future__ import annotations

from typing import Final

HOST: Final = "127.0.0.1"  # and nowhere else
PORT: Final = 8790  # and the next one for letters


def list_neighbours(port: int) -> tuple[str, str]:
    """What okienko has to be allowed to reach (`OKIENKO_NEIGHBOURS`)."""
    return f"{HOST}:{port}", f"{HOST}:{port + 1}"


NEIGHBOURS: Final = list_neighbours(PORT)
