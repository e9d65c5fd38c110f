"""Arrays arrive as they were: every character, every kind of value, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from typing import LiteralString
from uuid import UUID

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from okienko.database.arrays import blobs, ids, numbers, texts, times
from okienko.database.urls import Urls

# PostgreSQL keeps no zero byte and nothing that is half a character.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.sampled_from(
    ["", "NULL", "null", "{}", '"', "\\", '","', " x ", "a,b", "\n\t"]
)
WITH_DATABASE = settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)


@pytest.fixture(scope="module")
def connection(urls: Urls) -> Iterator[psycopg.Connection]:
    with psycopg.connect(urls.app, autocommit=True) as connection:
        yield connection


def send(connection: psycopg.Connection, statement: LiteralString, array: str) -> object:
    row = connection.execute(statement, {"array": array}).fetchone()
    assert row is not None
    return row[0]


@WITH_DATABASE
@given(values=st.lists(st.none() | TEXTS))
def test_texts(connection: psycopg.Connection, values: list[str | None]) -> None:
    assert send(connection, "select %(array)s::text[]", texts(values)) == values


@WITH_DATABASE
@given(values=st.lists(st.none() | st.binary()))
def test_blobs(connection: psycopg.Connection, values: list[bytes | None]) -> None:
    assert send(connection, "select %(array)s::bytea[]", blobs(values)) == values


@WITH_DATABASE
@given(values=st.lists(st.uuids()))
def test_ids(connection: psycopg.Connection, values: list[UUID]) -> None:
    assert send(connection, "select %(array)s::uuid[]", ids(values)) == values


@WITH_DATABASE
@given(values=st.lists(st.none() | st.datetimes(timezones=st.just(UTC))))
def test_times(connection: psycopg.Connection, values: list[object]) -> None:
    assert send(connection, "select %(array)s::timestamptz[]", times(values)) == values  # pyright: ignore[reportArgumentType] - Hypothesis names no type


@WITH_DATABASE
@given(
    whole=st.lists(st.none() | st.integers(-(2**63), 2**63 - 1)),
    broken=st.lists(st.none() | st.floats(allow_nan=False)),
    truths=st.lists(st.none() | st.booleans()),
)
def test_numbers_and_truths(
    connection: psycopg.Connection,
    whole: list[int | None],
    broken: list[float | None],
    truths: list[bool | None],
) -> None:
    assert send(connection, "select %(array)s::bigint[]", numbers(whole)) == whole
    assert send(connection, "select %(array)s::double precision[]", numbers(broken)) == broken
    assert send(connection, "select %(array)s::boolean[]", numbers(truths)) == truths
