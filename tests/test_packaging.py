"""What is installed is pinned by hash, says nothing about where it came from, and is complete."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("run.txt", "dev.txt", "benchmark.txt", "node.txt")
PIN = re.compile(r"^([a-z0-9._-]+)==(\S+)(?: ; [^\\]+)? \\$")


def read_pins(name: str) -> dict[str, set[str]]:
    """The versions of each package; more than one where platforms differ."""
    pins: dict[str, set[str]] = {}
    for line in (ROOT / "requirements" / name).read_text("utf-8").splitlines():
        if match := PIN.match(line):
            pins.setdefault(match[1], set()).add(match[2])
    return pins


@pytest.mark.parametrize("name", LOCKS)
def test_sec_18_locks_hold_hashes_and_no_addresses(name: str) -> None:
    text = (ROOT / "requirements" / name).read_text("utf-8")
    entries = re.split(r"\n(?=\S)", re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).strip())
    assert entries
    assert [entry for entry in entries if not re.search(r"\n    --hash=sha256:[0-9a-f]{64}", entry)] == []
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text


def test_locks_hold_all_that_is_needed() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[><=]", dependency)[0] for dependency in project["dependencies"]}
    run, dev = read_pins("run.txt"), read_pins("dev.txt")
    assert needed <= set(run)
    assert {name: dev.get(name) for name in run} == run
    benchmark = read_pins("benchmark.txt")
    assert {name: pins for name, pins in benchmark.items() if name in run} == {
        name: pins for name, pins in run.items() if name in benchmark
    }
    for line in (ROOT / "requirements" / "dev.in").read_text("utf-8").splitlines():
        assert line.startswith("#") or re.split(r"[><=]", line)[0] in dev


def test_sec_18_browser_code_is_pinned_by_hash_alone() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert name == "" or package["integrity"].startswith("sha512-")


def test_a_wheel_holds_everything(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path], cwd=ROOT, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "src"
    expected = {
        path.relative_to(source).as_posix()
        for path in (source / "okienko").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert expected <= names
    assert "okienko/web/static/vendor/htmx.min.js" in names


def make_sbom() -> str:
    """What `bin/sbom.py` prints."""
    command = [sys.executable, str(ROOT / "bin" / "sbom.py")]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_sec_18_the_list_of_components_is_the_lock_files() -> None:
    """CycloneDX, the same each time, with every package that runs, its version and its hashes."""
    text = make_sbom()
    assert make_sbom() == text
    sbom = json.loads(text)
    assert (sbom["bomFormat"], sbom["specVersion"]) == ("CycloneDX", "1.6")
    named = {(one["name"], one["version"]) for one in sbom["components"] if one["purl"].startswith("pkg:pypi/")}
    locked = {(name, version) for name, versions in read_pins("run.txt").items() for version in versions}
    assert {(re.sub(r"[-_.]+", "-", name), version) for name, version in locked} == named
    assert [one["purl"] for one in sbom["components"] if one["purl"].startswith("pkg:npm/htmx.org@")]
    assert not [one["purl"] for one in sbom["components"] if "axe-core" in one["purl"]], "tests are not shipped"
    lengths = {"SHA-256": 64, "SHA-512": 128}
    for one in sbom["components"]:
        assert one["hashes"], one["purl"]
        assert all(len(hash_["content"]) == lengths[hash_["alg"]] for hash_ in one["hashes"])


def test_sec_18_nothing_is_installed_without_its_hash() -> None:
    """Nor anything that has to be built, for that runs somebody's code before it was looked at."""
    setup = (ROOT / "bin" / "setup").read_text("utf-8")
    (install,) = re.findall(r"-m pip [^|]*\binstall\b[^|]*", setup)
    for must in ("--require-hashes", "--no-deps", "--only-binary :all:"):
        assert must in install
