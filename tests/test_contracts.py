"""Each contract of the house is broken here, in a copy of the package, to see that it is noticed."""

from __future__ import annotations

import ast
import configparser
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "src" / "okienko"
CONFIG = ROOT / ".importlinter"

ROOMS = (
    *("answers", "articles", "cases", "channels", "desk", "incidents", "lookups", "radar", "rights", "routing"),
    *("scenarios", "staff", "masking", "attachments", "audit", "policy", "sandbox"),
)
# Names that say of a file that it is not pure: SQL, pages, live updates, an index kept in memory, what a page shows of
# a store's rows, the reading of files, the sealing of values (random nonces), a process of one's own, an application, a
# mail server, doing what a request asks, what is done every night or every few seconds, what lets something run.
IMPURE = (
    *("store", "pages", "api", "live", "shelf", "view", "files", "vault", "process", "fulfil", "nightly", "publish"),
    *("watch", "app", "smtp"),
)

# Modules of the standard library that reach out of the process, or are not the same twice.
OUTSIDE = ("asyncio", "multiprocessing", "random", "secrets", "socket", "subprocess", "tempfile", "threading", "time")

# Who may hold text that is not masked: the boundary itself, the doors where text comes in, and the commands.
RAW = re.compile(
    r"values|receive|reporting|fetching|cli(\..*)?|ask|embed|facts|phrase|missed|masking(\..*)?|channels(\..*)?\.(adapter|pages|event|events|check|given|graph|envelope|letter|meta_inbound|reviews)|articles\.(pages|questions)"
    r"|desk(\.conversation|\.reveal|\.privacy\.requests)?\.pages|rights\.(fulfil|vault|page\..*)|identity\.(accounts|codes|store)|mail\.letters|post|speak|mailing|conversations\.clear|desk\.(words|replies)\.form|demo\.load|bench(\..*)?|evaluation(\..*)?"
)

SQL = re.compile(r"(?!select 1$)\s*(select|insert into|update \w+|delete from|with \w+ as|create|alter|drop) [\w(*]")
# The live feed's own connection, the bench's raw measure, and the proof's look into everything have no room whose store
# they could be in.
SQL_FILES = re.compile(r"database\..*|(.*\.)?store(\..*)?|web\.live|bench\..*|prove\..*")

# Who may take it out of its box: the boundary; the senders; the desk's audited reveal; the comparison of codes.
REVEALERS = re.compile(r"masking\..*|deliver|fetching|mail\.letters|identity\.codes|desk\.reveal\.pages|rights\.vault")

PLANTED = [
    ("layers", "masking/mask.py", "import okienko.web.i18n"),
    ("layers", "desk/pages.py", "import okienko.staff.store"),
    ("layers", "answers/answer.py", "import okienko.articles.drafts"),
    ("pure", "answers/text.py", "import psycopg"),
    ("pure", "articles/drafts.py", "import starlette.requests"),
    ("pure", "desk/rules.py", "import okienko.conversations.store.desk"),
    ("pure", "policy/clocks.py", "import okienko.database.pool"),
    ("pure", "turn.py", "import okienko.database.pool"),
    ("channels", "channels/webhook/adapter.py", "import okienko.channels.webchat.adapter"),
    ("vault", "staff/pages.py", "import okienko.masking.vault"),
    ("clear", "desk/pages.py", "import okienko.conversations.clear"),
    ("http", "deliver.py", "import httpx2"),
    ("stores", "staff/store.py", "import starlette.requests"),
]


def modules(package: Path) -> Iterator[tuple[str, ast.Module]]:
    """Every module of the package: its name without `okienko.`, and its syntax tree."""
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        yield ".".join(part for part in parts if part != "__init__"), ast.parse(path.read_text("utf-8"))


def lint(package: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """import-linter, which looks for the package in its working directory first."""
    chosen = [word for contract in contracts for word in ("--contract", contract)]
    command = [Path(sys.executable).with_name("lint-imports"), "--no-cache", "--no-logo", "--config", CONFIG, *chosen]
    return subprocess.run(command, cwd=package.parent, capture_output=True, text=True, check=False)


def is_pure(name: str) -> bool:
    """Whether a module, named without `okienko.`, has to be pure."""
    parts = name.split(".")
    return name in ("turn", "values") or (len(parts) > 1 and parts[0] in ROOMS and set(parts[1:]).isdisjoint(IMPURE))


def find_impurities(tree: ast.Module) -> Iterator[str]:
    """What a pure file must not do: wait, ask for the time, draw a random number, open a file, start something."""
    for node in ast.walk(tree):
        match node:
            case ast.AsyncFunctionDef(name=name):
                yield f"async def {name}"
            case ast.Import(names=names):
                yield from (f"import {alias.name}" for alias in names if alias.name.split(".")[0] in OUTSIDE)
            case ast.ImportFrom(module=str(module)) if module.split(".")[0] in OUTSIDE:
                yield f"from {module}"
            case ast.Call(func=ast.Attribute(attr="now" | "utcnow" | "today" | "read_text" | "read_bytes" as attr)):
                yield f".{attr}()"
            case ast.Call(func=ast.Name(id="open")):
                yield "open()"
            case _:
                pass


def find_reveals(tree: ast.Module) -> Iterator[str]:
    """Where raw text is taken out of its box."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "reveal":
            yield ast.unparse(node)


def names_raw_text(tree: ast.Module) -> bool:
    return any(isinstance(node, ast.Name) and node.id == "RawText" for node in ast.walk(tree))


def find_sql(tree: ast.Module) -> Iterator[str]:
    """Statements written in this file."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL.match(node.value):
            yield node.value.strip().split("\n")[0]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """A copy of the package that may be spoilt."""
    return Path(shutil.copytree(PACKAGE, tmp_path / "okienko", ignore=shutil.ignore_patterns("__pycache__", "static")))


def test_the_house_keeps_its_contracts(package: Path) -> None:
    done = lint(package)
    assert done.returncode == 0, done.stdout


def test_every_contract_is_broken_below() -> None:
    config = configparser.ConfigParser()
    config.read(CONFIG)
    contracts = {section.rsplit(":", 1)[1] for section in config.sections() if ":contract:" in section}
    assert contracts == {contract for contract, _, _ in PLANTED}


@pytest.mark.parametrize(("contract", "file", "line"), PLANTED)
def test_a_planted_import_is_noticed(package: Path, contract: str, file: str, line: str) -> None:
    path = package / file
    path.write_text(path.read_text("utf-8") + f"\n{line}\n", "utf-8")
    done = lint(package, contract)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "1 broken" in done.stdout


def test_every_file_of_a_room_is_pure_or_says_that_it_is_not() -> None:
    config = configparser.ConfigParser()
    config.read(CONFIG)
    listed = [line.strip() for line in config["importlinter:contract:pure"]["source_modules"].split()]
    patterns = [line.removeprefix("okienko.").replace(".", r"\.").replace("*", r"\w+") + r"(\..*)?" for line in listed]
    missing = [
        name
        for name, tree in modules(PACKAGE)
        if is_pure(name) and len(tree.body) > 1 and not any(re.fullmatch(pattern, name) for pattern in patterns)
    ]
    assert missing == []


def test_pure_files_do_nothing_but_think() -> None:
    found = {name: list(find_impurities(tree)) for name, tree in modules(PACKAGE) if is_pure(name)}
    assert {name: what for name, what in found.items() if what} == {}


@pytest.mark.parametrize(
    "line",
    [
        "import random",
        "from asyncio import sleep",
        "async def f(): ...",
        "datetime.now(UTC)",
        "Path().read_text()",
        "open(x)",
    ],
)
def test_a_planted_impurity_is_noticed(line: str) -> None:
    assert len(list(find_impurities(ast.parse(line)))) == 1


def test_raw_text_stays_at_the_boundary() -> None:
    trees = dict(modules(PACKAGE))
    assert [name for name, tree in trees.items() if names_raw_text(tree) and not RAW.fullmatch(name)] == []
    assert [name for name, tree in trees.items() if any(find_reveals(tree)) and not REVEALERS.fullmatch(name)] == []


def test_planted_raw_text_is_noticed() -> None:
    assert names_raw_text(ast.parse("def f(text: RawText) -> None: ..."))
    assert not RAW.fullmatch("conversations.store.turns")
    assert not RAW.fullmatch("answers.answer")
    assert list(find_reveals(ast.parse("log(message.text.reveal())"))) == ["message.text.reveal"]


def test_sql_lives_in_stores() -> None:
    found = {name: list(find_sql(tree)) for name, tree in modules(PACKAGE) if not SQL_FILES.fullmatch(name)}
    assert {name: statements for name, statements in found.items() if statements} == {}


def test_planted_sql_is_noticed() -> None:
    assert list(find_sql(ast.parse("await connection.execute('select text from message')")))
    assert not SQL_FILES.fullmatch("desk.pages")
