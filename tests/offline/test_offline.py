"""With the network cut off everything works, and nothing tries to connect."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent


def _isolation() -> list[str]:
    """The command that runs another one without a network. Where the system has none, only the hook keeps it away."""
    for command in (["unshare", "--map-root-user", "--net"], ["unshare", "--net"]):
        if (
            shutil.which("unshare")
            and not subprocess.run([*command, "true"], capture_output=True, check=False).returncode
        ):
            return command
    return []


@pytest.mark.timeout(240)
def test_everything_works_without_a_network_and_nothing_tries_to_connect(tmp_path: Path) -> None:
    isolation = _isolation()
    attempts = tmp_path / "attempts"
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(HERE),
        "ATTEMPTS": str(attempts),
    }
    walk = subprocess.run(
        [
            *isolation,
            sys.executable,
            str(HERE / "walk.py"),
            str(tmp_path / "demo"),
            "isolated" if isolation else "open",
        ],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert (walk.returncode, walk.stdout) == (0, "walked\n"), walk.stderr
    # The walk itself tries once, to see that there is no network: so the recorder works.
    assert attempts.read_text().splitlines() == ["walk.py socket.getaddrinfo 192.0.2.1"]
