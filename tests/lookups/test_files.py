"""Tables out of files, addresses and what they answer, sources as somebody writes them: pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.keys import Keys, WrongKey
from okienko.lookups.address import read_reply, read_template, write_address
from okienko.lookups.form import Wanted, read_form
from okienko.lookups.source import FAILURES, FRESH, REST, Source, fold_value, is_old, note, rests
from okienko.lookups.table import BadTable, read_table
from okienko.lookups.vault import open_secret, seal_secret, wrap_anew
from okienko.values import BrandId
from tests.rights.world import BRAND

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
CSV = "number,postcode,state,day\nKR-2026-118,00-950,sent,piątek\nKR-2026-119,31 001,paid,\n"


def test_a_table_is_found_by_its_columns_and_gives_the_others() -> None:
    table = read_table(CSV, ["number", "postcode"])
    assert (table.needs, table.gives) == (("number", "postcode"), ("state", "day"))
    assert [(row.key, row.answers) for row in table.rows] == [
        (("kr2026118", "00950"), ("sent", "piątek")),
        (("kr2026119", "31001"), ("paid", "")),
    ]


def test_the_same_as_json_lines_and_with_semicolons() -> None:
    lines = (
        '{"number": "KR-2026-118", "state": "sent", "open": true}\n\n{"number": 119, "state": null, "open": false}\n'
    )
    table = read_table(lines, ["number"])
    assert [row.answers for row in table.rows] == [("sent", "yes"), ("", "no")]
    assert read_table(CSV.replace(",", ";"), ["number", "postcode"]) == read_table(CSV, ["number", "postcode"])


@pytest.mark.parametrize(
    ("text", "needs", "owner", "says"),
    [
        ("number,state\n", ["number"], None, "no row"),
        ("number,state\n1,a\n1,b\n", ["number"], None, "line 3: line 2 is found by the same"),
        ("number,state\n1-1,a\n11,b\n", ["number"], None, "line 3"),
        ("number,state\n,a\n", ["number"], None, "line 2: what the row is found by is empty"),
        ("number,state\n1,a,b\n", ["number"], None, "line 2: 3 columns instead of 2"),
        ("number,number\n1,a\n", ["number"], None, "same name"),
        ("number,state\n1,a\n", ["order"], None, "no column “order”"),
        ("number,state\n1,a\n", ["number"], "mail", "no column “mail”"),
        ("number,mail\n1,a@b.example\n", ["number"], "mail", "from one to 30 columns"),
        ("number,Stan\n1,a\n", ["number"], None, "small letters"),
        ('{"number": 1, "state": "a"}\n{"number": 2}\n', ["number"], None, "line 2: it has other names"),
        ('{"number": 1, "state": {}}', ["number"], None, "line 1: a value is a text"),
        ('{"number": 1, "state": "Anna"', ["number"], None, "line 1: this is not one JSON object"),
    ],
)
def test_what_is_wrong_is_said_by_line_and_never_repeated(
    text: str, needs: list[str], owner: str | None, says: str
) -> None:
    with pytest.raises(BadTable, match=says) as refused:
        read_table(text, needs, owner=owner)
    assert "Anna" not in str(refused.value)


@pytest.mark.parametrize(
    "text",
    [
        "http://api.shop.example/{number}",
        "https://{number}.shop.example/",
        "https://api.shop.example:{number}/",
        "https://user:word@api.shop.example/{number}",
        "https://api.shop.example/orders",
        "https://api.shop.example/{number}#{part}",
        "https://api.shop.example/{Number}",
        "https://api.shop.example/{number",
        "https://api.shop.example/ {number}",
        "https://[::1/{number}",
        "ftp://api.shop.example/{number}",
    ],
)
def test_sec_07_what_is_no_template_of_an_address(text: str) -> None:
    assert read_template(text) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_sec_07_no_value_reaches_beyond_its_place(number: str, postcode: str) -> None:
    template = "https://api.shop.example/orders/{number}?code={code}"
    address = write_address(template, {"number": _storable(number), "code": _storable(postcode)})
    if address is None:
        assert not number.strip(".") or not postcode.strip(".")
        return
    head, _, query = address.partition("?code=")
    assert head.startswith("https://api.shop.example/orders/")
    assert not set(head.removeprefix("https://api.shop.example/orders/")) & set("/?#&@\\ ")
    assert not set(query) & set("/?#&= ")


def _storable(text: str) -> str:
    return text.encode("utf-8", "ignore").decode()


def test_what_an_answer_says_at_its_paths() -> None:
    body = b'{"order": {"state": "sent", "parcels": [{"day": "2026-09-18"}], "total": 12.5, "gift": true, "note": ""}}'
    paths = (
        "order.state",
        "order.parcels.0.day",
        "order.total",
        "order.gift",
        "order.note",
        "order.parcels.7",
        "order",
    )
    assert read_reply(body, paths) == ("sent", "2026-09-18", "12.5", "yes", None, None, None)
    assert read_reply(b"<html>", paths) is None


FORM = {
    "name": "orders",
    "proof": "none",
    "url": "https://api.shop.example/orders/{number}",
    "paths": "state: order.state\nday: order.day",
    "header": "Authorization",
    "secret": "Bearer abc",
    "seconds": "2,5",
}
HOSTS = ("api.shop.example:443",)


def test_a_source_as_somebody_writes_it() -> None:
    wanted = read_form(FORM, HOSTS)
    assert isinstance(wanted, Wanted)
    assert wanted.secret == "Bearer abc"
    assert "abc" not in repr(wanted)
    assert (wanted.source.needs, wanted.source.gives, wanted.source.seconds) == (("number",), ("state", "day"), 2.5)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name": "Orders!"}, {"name"}),
        ({"proof": "order"}, {"proof"}),
        ({"proof": "code"}, {"owner"}),
        ({"url": "https://api.shop.example/orders"}, {"url"}),
        ({"url": "https://other.example/{number}"}, {"host"}),
        ({"url": "https://api.shop.example:8443/{number}"}, {"host"}),
        ({"paths": "state order.state"}, {"paths"}),
        ({"paths": ""}, {"paths"}),
        ({"header": "Host", "secret": "x"}, {"header"}),
        ({"secret": ""}, {"header"}),
        ({"secret": "a\r\nX: y"}, {"header"}),
        ({"seconds": "60"}, {"seconds"}),
    ],
)
def test_what_is_wrong_with_a_source_is_named(changes: dict[str, str], wrong: set[str]) -> None:
    assert read_form({**FORM, **changes}, HOSTS) == wrong


def test_what_fails_again_and_again_rests_and_is_then_asked_once_more() -> None:
    source = Source(id="orders", kind="https", proof="none", needs=("number",), gives=("state",))
    for _ in range(FAILURES - 1):
        source = note(source, "slow", NOW)
    assert not rests(source, NOW)
    source = note(source, "slow", NOW)
    assert rests(source, NOW)
    later = NOW + REST
    assert not rests(source, later)
    assert rests(note(source, "status", later), later)
    well = note(source, None, later)
    assert (well.failures, rests(well, later)) == (0, False)


def test_a_table_that_was_not_imported_again_is_not_believed() -> None:
    source = Source(id="orders", kind="table", proof="none", needs=("number",), gives=("state",), loaded_at=NOW)
    assert [is_old(source, NOW + age) for age in (FRESH, FRESH + timedelta(seconds=1))] == [False, True]


@given(st.text(max_size=20))
def test_values_are_compared_in_any_case_and_with_or_without_hyphens(value: str) -> None:
    assert fold_value(fold_value(value)) == fold_value(value)
    assert fold_value(f" {value}-") == fold_value(value)


def test_sec_14_a_secret_opens_for_its_source_alone_also_under_a_new_key() -> None:
    old = Keys(operator=bytes(32), index=bytes(32))
    both = Keys(operator=bytes([1] * 32), former=(bytes(32),), index=bytes(32))
    new = Keys(operator=bytes([1] * 32), index=bytes(32))
    sealed = seal_secret(old, "Bearer zażółć", brand=BRAND.id, source="orders")
    anew = wrap_anew(both, sealed, brand=BRAND.id, source="orders")
    assert open_secret(new, anew, brand=BRAND.id, source="orders") == "Bearer zażółć"
    others = ((BrandId(UUID(int=9)), "orders", new), (BRAND.id, "other", new), (BRAND.id, "orders", old))
    for brand, source, key in others:
        with pytest.raises(WrongKey):
            open_secret(key, anew, brand=brand, source=source)
