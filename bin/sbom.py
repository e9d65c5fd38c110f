#!/usr/bin/env python3
"""bin/sbom.py [FILE]: what okienko is made of, as CycloneDX 1.6 (JSON), out of the lock files and nothing else.

Python packages and their hashes come from requirements/run.txt, browser code from package-lock.json. The same lock
files give the same list, byte by byte; it holds no time and no machine. Give it to a scanner of known holes, for
example `grype sbom:sbom.json`, or let `pip-audit -r requirements/run.txt` read the lock file itself.
"""

from __future__ import annotations

import base64
import json
import re
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[\w,]+\])?==([^\s;\\]+)(.*)$", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


class NotLocked(Exception):
    """A package without a version or a hash: what would be installed is not known."""


def read_requirements(text: str) -> list[dict[str, Any]]:
    """The packages of a compiled requirements file. Raises `NotLocked`."""
    lines = re.sub(r"\\\n", " ", re.sub(r"^\s*#.*\n?", "", text, flags=re.MULTILINE)).splitlines()
    found: list[dict[str, Any]] = []
    for line in filter(str.strip, lines):
        package = PACKAGE.match(line)
        hashes = HASH.findall(line)
        if package is None or not hashes:
            raise NotLocked(line.split()[0])
        name, version = re.sub(r"[-_.]+", "-", package[1]).lower(), package[2]
        found.append(describe(f"pkg:pypi/{name}@{version}", name, version, "SHA-256", hashes))
    return found


def read_lock(text: str) -> list[dict[str, Any]]:
    """The packages of a package-lock.json that reach a browser. Raises `NotLocked`."""
    found: list[dict[str, Any]] = []
    for path, package in json.loads(text)["packages"].items():
        if not path or package.get("dev"):
            continue
        name = path.rpartition("node_modules/")[2]
        kind, _, digest = package.get("integrity", "").partition("-")
        if kind != "sha512":
            raise NotLocked(name)
        hashes = [base64.b64decode(digest).hex()]
        found.append(describe(f"pkg:npm/{name}@{package['version']}", name, package["version"], "SHA-512", hashes))
    return found


def describe(purl: str, name: str, version: str, kind: str, hashes: list[str]) -> dict[str, Any]:
    """A component. Several hashes are those of the files that may be installed, one for each platform."""
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": kind, "content": digest} for digest in sorted(hashes)],
    }


def make_sbom() -> dict[str, Any]:
    """The whole list."""
    init = (ROOT / "src" / "okienko" / "__init__.py").read_text("utf-8")
    (version,) = re.findall(r'^__version__\b.* = "([^"]+)"$', init, re.MULTILINE)
    components = [
        *read_requirements((ROOT / "requirements" / "run.txt").read_text("utf-8")),
        *read_lock((ROOT / "package-lock.json").read_text("utf-8")),
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "component": {
                "type": "application",
                "bom-ref": f"pkg:pypi/okienko@{version}",
                "name": "okienko",
                "version": version,
                "licenses": [{"license": {"id": "Apache-2.0"}}],
            }
        },
        "components": sorted(components, key=lambda one: one["purl"]),
    }


def main() -> None:
    """Writes it to a file, else to standard output."""
    text = json.dumps(make_sbom(), indent=2) + "\n"
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(text, "utf-8")
    else:
        sys.stdout.write(text)


if __name__ == "__main__":
    main()
