"""The searchers find what is planted, in every form and in every kind of place; and nothing else."""

from __future__ import annotations

import base64
import unicodedata
from pathlib import Path
from random import Random
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from okienko.bench.bench import DEMO
from okienko.prove import kinds
from okienko.prove.kinds import KINDS, Chance
from okienko.prove.needles import CHUNK, Plant, Search, fold
from okienko.prove.places import read_files

NAME = "Łucja Żółkiewska"
NUMBER = "601-234-567"


def plant(*needles: str, way: str = "chat", may_be: str = "") -> Plant:
    return Plant(kind="x", way=way, needles=needles, may_be=frozenset(filter(None, [may_be])))


def forms(needle: str, data: bytes) -> set[str]:
    return {hit.form for hit in Search([plant(needle)]).look("file", data)}


@pytest.mark.parametrize(
    ("needle", "data", "form"),
    [
        (NAME, f"pani {NAME}, Kraków".encode(), "clear"),
        (NAME, f"pani {NAME}!".encode("utf-16-le"), "UTF-16"),
        (NAME, f"pani {NAME}!".encode("utf-16-be"), "UTF-16"),
        (NAME, quote(f"pani {NAME}!").encode(), "URL"),
        (NAME, b"pani+%C5%81ucja+%C5%BB%C3%B3%C5%82kiewska", "URL"),
        (NAME, rb'{"name": "\u0141ucja \u017b\u00f3\u0142kiewska"}', "JSON"),
        ('Zbych "Gruby" Kot', b"<b>Zbych &quot;Gruby&quot; Kot</b>", "HTML"),
        (NAME, unicodedata.normalize("NFD", NAME).encode(), "decomposed"),
        (NAME, f"PANI ŁUCJA\tżółkiewska {NAME[:3]}".encode(), "folded"),
        (NAME, b"lucja-zolkiewska", "folded"),
        (NAME, f"\\x{NAME.encode().hex()}00".encode(), "hexadecimal"),
        (NAME, NAME.encode().hex(":").upper().encode(), "hexadecimal"),
        (NUMBER, b"tel. 601 234 567, dom", "folded"),
        (NUMBER, b"(+48)/601.234.567x", ""),  # in a row of digits: what is typed has another needle without separators
        ("601234567", b"tel. +48601234567", "clear"),
        ("601234567", b"at 2026 01 01 16 01 23 45 67", ""),  # by chance, across numbers
        (NAME, b"Lucja Kowalska", ""),
    ],
)
def test_a_value_is_found_in_each_form(needle: str, data: bytes, form: str) -> None:
    found = forms(needle, b"\0" * 9 + data + b"\0" * 9)
    assert form in found if form else not found


@pytest.mark.parametrize("shift", range(3))
def test_base64_is_found_in_each_alignment(shift: int) -> None:
    encoded = base64.b64encode(b"?" * shift + NAME.encode() + b", and more")
    assert forms(NAME, encoded) == {"base64"}


@given(st.binary(max_size=300), st.binary(max_size=300), st.integers(0, 2**32))
def test_a_value_is_found_wherever_it_lies(before: bytes, after: bytes, seed: int) -> None:
    value = f"{Random(seed).getrandbits(64):016x}@poczta.example"
    assert "clear" in forms(value, before + value.encode() + after)


def test_a_value_is_found_across_chunks() -> None:
    value = b"jan.zwykly@poczta.example"
    assert "clear" in forms(value.decode(), b"." * (CHUNK - 7) + value + b"." * CHUNK)


def test_what_is_too_short_is_refused() -> None:
    with pytest.raises(ValueError, match="too short"):
        Search([plant("12345")])


def test_a_value_may_be_where_it_belongs_and_nowhere_else() -> None:
    search = Search([plant(NAME, way="ids", may_be="outgoing requests"), plant(NAME.lower(), way="chat")])
    assert search.look("outgoing requests", NAME.encode()) == set()
    assert {hit.plant.way for hit in search.look("rows", NAME.encode())} == {"ids", "chat"}


def test_each_place_is_searched_and_has_its_name(tmp_path: Path) -> None:
    places = {
        "data/cluster/base/5/16384": "tables and indexes",
        "data/cluster/base/pgsql_tmp/pgsql_tmp7.0": "temporary files",
        "data/cluster/base/5/pgsql_tmp/pgsql_tmp7.0": "temporary files",
        "data/cluster/global/1262": "tables and indexes",
        "data/cluster/pg_wal/000000010000000000000001": "write-ahead log",
        "data/cluster/pg_stat/pgstat.stat": "database's other files",
        "data/server.log": "database's log",
        "data/server.log.1": "database's log",
        "logs/serve.err": "crash reports",
        "logs/work again.out": "processes' output",
        "tmp/spool-x": "temporary files",
        "home/.cache/deep/core.7": "other files",
    }
    search = Search([plant(NAME)])
    for name, place in places.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"\1\0\2" + NAME.encode() + b"\3")
        found = [hit.place for where, data in read_files(tmp_path) for hit in search.look(where, data)]
        assert set(found) == {place}
        path.unlink()


@pytest.mark.parametrize("language", ["pl", "en"])
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.name)
def test_values_can_be_searched_for_and_are_new_in_every_run(kind: kinds.Kind, language: kinds.Language) -> None:
    values = [kind.make(Chance(seed), language) for seed in range(20)]
    assert len({value.typed for value in values}) > 10
    for value in values:
        text = kind.say(value, language)
        assert value.typed in text
        (hit, *_) = Search([plant(*value.needles)]).look("file", text.encode())
        assert hit.form in {"clear", "folded", "UTF-16", "HTML", "JSON", "URL", "decomposed"}


def test_there_are_forty_kinds_and_none_of_their_words_is_ours() -> None:
    assert len({kind.name for kind in KINDS}) >= 40
    ours = fold(b"".join(path.read_bytes() for path in sorted((DEMO / "kramik").rglob("*.md"))))
    chance = Chance(1)
    for kind in KINDS:
        for needle in [needle for _ in range(60) for needle in kind.make(chance, "pl").needles]:
            assert fold(needle.encode()) not in ours, kind.name
