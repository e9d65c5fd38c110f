"""Every statement of every room is planned by the real database, and every column says what it is for."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import LiteralString, cast
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql

import okienko
from okienko.database.urls import Urls

STATEMENT = re.compile(r"^\s*(with|select|insert|update|delete)\b", re.IGNORECASE)
PARAMETER = re.compile(r"%\((\w+)\)s")
DECLARATION = re.compile(
    r"(id|state|masked|sealed|lookup|staff|public); [a-z ]+; [a-z0-9_ ]+; (yes|no); (row|key|blank|keep)"
)


def find_statements() -> Iterator[tuple[str, str]]:
    """(name, SQL) of every constant in capitals that is a statement."""
    for module in pkgutil.walk_packages(okienko.__path__, "okienko."):
        if module.name.endswith("__main__") or module.name == "okienko.masking.presidio":  # that needs Presidio
            continue
        for name, value in vars(importlib.import_module(module.name)).items():
            if name.isupper() and isinstance(value, str) and STATEMENT.match(value):
                yield f"{module.name}.{name}", value


# Statements with positional parameters are the owner's; every migration of the suite runs them.
STATEMENTS = {name: statement for name, statement in find_statements() if "%s" not in statement}


def number_parameters(statement: str) -> str:
    """`%(name)s` as PostgreSQL writes it: `$1`."""
    names = list(dict.fromkeys(PARAMETER.findall(statement)))
    numbered = PARAMETER.sub(lambda match: f"${names.index(match[1]) + 1}", statement)
    return numbered.replace("%%", "%")


@pytest.fixture(scope="module")
def connection(urls: Urls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(urls.app) as connection:
        connection.execute("set search_path = okienko")
        connection.execute("select set_config('okienko.brand', %s, false)", (str(uuid4()),))
        yield connection


@pytest.mark.parametrize("name", STATEMENTS)
def test_statement_can_be_planned_as_the_role_that_runs_it(connection: psycopg.Connection, name: str) -> None:
    explain = sql.SQL(cast("LiteralString", f"explain (generic_plan) {number_parameters(STATEMENTS[name])}"))
    with connection.transaction(force_rollback=True):
        plan = connection.execute(explain).fetchall()
    assert plan


def test_statements_are_found() -> None:
    assert len(STATEMENTS) > 60


def test_every_column_is_declared(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as owner:
        columns = owner.execute(
            """
            select c.relname || '.' || a.attname, col_description(c.oid, a.attnum)
            from pg_class c join pg_attribute a on a.attrelid = c.oid
            where c.relnamespace = 'okienko'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and a.attnum > 0 and not a.attisdropped and c.relname <> 'migration'
            """
        ).fetchall()
    assert len(columns) > 150
    assert [name for name, said in columns if not DECLARATION.fullmatch(said or "")] == []


def test_sec_05_every_table_with_a_brand_is_behind_forced_row_level_security(urls: Urls) -> None:
    with psycopg.connect(urls.owner) as owner:
        open_tables = owner.execute(
            """
            select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'brand_id'
            where c.relnamespace = 'okienko'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and not (c.relrowsecurity and c.relforcerowsecurity)
            """
        ).fetchall()
        unkeyed = owner.execute(
            """
            select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attname = 'conversation_id'
            where c.relnamespace = 'okienko'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
              and c.relname <> 'seen' -- found by a vendor's id, before the conversation is known
              and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary and i.indkey[0] =
                (select attnum from pg_attribute b where b.attrelid = c.oid and b.attname = 'brand_id'))
            """
        ).fetchall()
    assert open_tables == []
    assert unkeyed == []


def test_sec_04_another_brand_and_no_brand_see_nothing(urls: Urls) -> None:
    mine, theirs = uuid4(), uuid4()
    with psycopg.connect(urls.app) as connection:
        connection.execute("set search_path = okienko")
        for brand in (mine, theirs):
            connection.execute(
                """insert into brand (id, slug, name, language, languages, accent, timezone, hours, created_at)
                values (%s, %s, 'x', 'pl', '{pl}', '#112233', 'UTC', 'always', now())""",
                (brand, f"b{brand.hex}"),
            )
        connection.execute("select set_config('okienko.brand', %s, true)", (str(mine),))
        connection.execute("insert into person (brand_id, id, created_at) values (%s, %s, now())", (mine, uuid4()))
        assert connection.execute("select count(*) from person").fetchone() == (1,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege), connection.transaction():
            connection.execute(
                "insert into person (brand_id, id, created_at) values (%s, %s, now())", (theirs, uuid4())
            )
        connection.execute("select set_config('okienko.brand', %s, true)", (str(theirs),))
        assert connection.execute("select count(*) from person").fetchone() == (0,)
        connection.execute("select set_config('okienko.brand', '', true)")
        assert connection.execute("select count(*) from person").fetchone() == (0,)
        connection.rollback()
