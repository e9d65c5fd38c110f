"""AI-11: no software alone decides what has legal effect.

What has legal effect here: refusing or extending somebody's request about their data, keeping their data although they
want them gone, giving them away, and erasing them. Each is done by somebody at the desk or the operator, by name; or
the person does it themselves, having proved who they are. Whoever adds a way has to come here first.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest

import okienko
from okienko.database.urls import Urls

PACKAGE = Path(okienko.__file__).parent

# Functions whose call decides something, with the modules that may call them, and who stands behind those.
DECIDES: dict[str, dict[str, str]] = {
    "close": {
        "rights.fulfil": "at the request that is fulfilled, after `_ready`",
        "rights.page.own.pages": "the person, about their own request",
        "desk.privacy.requests.pages": "somebody at the desk, proved anew",
    },
    "extend": {"desk.privacy.requests.pages": "somebody at the desk, proved anew"},
    "hand_over": {
        "cli.person": "the operator",
        "rights.page.own.pages": "the person",
        "desk.privacy.requests.pages": "somebody at the desk, proved anew",
    },
    "erase": {
        "cli.person": "the operator",
        "rights.page.own.pages": "the person",
        "desk.privacy.requests.pages": "somebody at the desk, proved anew",
    },
    "set_hold": {"desk.privacy.holds.pages": "somebody at the desk, proved anew"},
    "approve_hold": {"desk.privacy.holds.pages": "somebody else at the desk"},
    "release_hold": {"desk.privacy.holds.pages": "somebody at the desk, proved anew"},
}
OWNERS = {
    "close": "requests",
    "extend": "requests",
    "hand_over": "fulfil",
    "erase": "fulfil",
    "set_hold": "holds",
    "approve_hold": "holds",
    "release_hold": "holds",
}
# What runs without anybody: none of it decides.
ALONE = (
    "work",
    "turn",
    "phrase",
    "deliver",
    "heard",
    "quoting",
    "receive",
    "embed",
    "post",
    "sources",
    "links",
    "missed",
)
DECIDING = ("okienko.rights.fulfil", "okienko.rights.store.holds")


def find_calls(tree: ast.Module) -> Iterator[str]:
    """Calls of what decides, as they are written everywhere: `requests.close(…)`, `fulfil.erase(…)`."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=owner), attr=name)) if (
                name in OWNERS and owner.removeprefix("rights_") == OWNERS[name]
            ):
                yield name
            case _:
                pass


def modules() -> Iterator[tuple[str, ast.Module]]:
    for path in sorted(PACKAGE.rglob("*.py")):
        yield ".".join(path.relative_to(PACKAGE).with_suffix("").parts), ast.parse(path.read_text("utf-8"))


def test_ai_11_everything_that_decides_has_somebody_behind_it() -> None:
    found = {(name, module) for module, tree in modules() for name in find_calls(tree)}
    assert ("extend", "desk.privacy.requests.pages") in found, "calls are found"
    assert {(name, module) for name, module in found if module not in DECIDES[name]} == set()


def test_ai_11_what_runs_by_itself_reaches_no_decision() -> None:
    for module, tree in modules():
        if module not in ALONE:
            continue
        imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and node.module}
        imported |= {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        assert imported.isdisjoint(DECIDING), module
        assert list(find_calls(tree)) == [], module


def test_ai_11_a_planted_decision_is_noticed() -> None:
    tree = ast.parse("await requests.close(connection, id, 'refused')\nawait rights_requests.extend(c, id)\nx.close()")
    assert sorted(find_calls(tree)) == ["close", "extend"]


@pytest.mark.parametrize("decided_by", [None, "staff"])
def test_ai_11_the_database_refuses_a_refusal_by_nobody(urls: Urls, decided_by: str | None) -> None:
    brand, request = uuid4(), uuid4()
    with psycopg.connect(urls.app) as connection, connection.transaction(force_rollback=True):
        connection.execute("set search_path = okienko")
        connection.execute(
            """insert into brand (id, slug, name, language, languages, accent, timezone, hours, created_at)
            values (%s, %s, 'x', 'pl', '{pl}', '#112233', 'UTC', 'always', now())""",
            (brand, f"b{brand.hex}"),
        )
        connection.execute("select set_config('okienko.brand', %s, true)", (str(brand),))
        connection.execute(
            """insert into rights_request
              (brand_id, id, reference, kind, language, came_by, rule, received_at, due_on)
            values (%s, %s, 'AAA-AAAA', 'access', 'pl', 'form', 'pl clock.dsar_answer', now(), now()::date)""",
            (brand, request),
        )
        refuse = """update rights_request set state = 'refused', closed_at = now(), refusal = 'to jest powód',
          decided_by = %s where id = %s"""
        if decided_by is None:
            with pytest.raises(psycopg.errors.CheckViolation, match="refused_by_somebody"):
                connection.execute(refuse, (None, request))
        else:
            connection.execute(refuse, (uuid4(), request))
