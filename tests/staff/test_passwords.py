"""The rules of signing in, as tables of cases."""

from __future__ import annotations

from datetime import timedelta

import pytest
from argon2 import extract_parameters

from okienko.staff.passwords import (
    NOBODY,
    find_delay,
    find_weakness,
    hash_password,
    hash_token,
    is_outdated,
    is_password,
    make_csrf,
    make_link,
    name_cookie,
)


@pytest.mark.parametrize(
    ("password", "expected"),
    [
        ("krótkie", "short"),
        ("elevenchars", "short"),
        ("x" * 201, "long"),
        ("Password1234!", "obvious"),
        ("passwordpassword", "obvious"),
        ("hasłohasłohasło", "obvious"),
        ("QwertyUiop123", "obvious"),
        ("aaaaaaaaaaaaaa", "pattern"),
        ("123456789012", "pattern"),
        ("abababababab", "pattern"),
        ("abcdefghijklmnop", "pattern"),
        ("ola.kowalska1", "personal"),
        ("aleksandra123", "personal"),
        ("cztery dobre slowa razem", None),
        ("żółta łódź na stawie", None),
        ("aleksandra lubi stare rowery", None),
        ("x7!Kp2@vQ9#s", None),
    ],
)
def test_weakness(password: str, expected: str | None) -> None:
    assert find_weakness(password, login="ola.kowalska", name="Aleksandra") == expected


def test_delays_grow_and_end() -> None:
    seconds = [delay and int(delay.total_seconds()) for delay in map(find_delay, range(12))]
    assert seconds == [None, None, None, None, None, 30, 60, 120, 240, 480, 900, 900]
    assert find_delay(10**9) == timedelta(minutes=15)


def test_hash() -> None:
    encoded = hash_password("cztery dobre slowa", b"0" * 16)
    assert is_password(encoded, "cztery dobre slowa")
    assert not is_password(encoded, "cztery dobre słowa")
    assert not is_outdated(encoded)
    assert encoded != hash_password("cztery dobre slowa", b"1" * 16)


@pytest.mark.parametrize("encoded", ["", "plain", "$argon2id$v=19$m=65536,t=3,p=4$broken", "$2b$12$abc"])
def test_an_unreadable_hash_is_nobodys(encoded: str) -> None:
    assert not is_password(encoded, "")


def test_nobody_takes_as_long_as_somebody() -> None:
    assert extract_parameters(NOBODY) == extract_parameters(hash_password("x", b"0" * 16))
    assert not is_password(NOBODY, "")


def test_older_parameters_are_outdated() -> None:
    assert is_outdated("$argon2id$v=19$m=8,t=1,p=1$MDAwMDAwMDAwMDAwMDAwMA$yqpKjG5S4eoFpKzPZ3SYUg")


def test_what_follows_from_a_token() -> None:
    stored = hash_token("token")
    assert len(stored) == 32
    assert make_csrf(stored) != make_csrf(hash_token("other"))
    assert "token" not in make_csrf(stored)


@pytest.mark.parametrize(
    ("public_url", "name"),
    [
        ("https://help.company.example", "__Host-okienko-desk"),
        ("http://localhost:8700", "okienko-desk"),
        ("", "okienko-desk"),
    ],
)
def test_cookie_name(public_url: str, name: str) -> None:
    assert name_cookie(public_url) == name


def test_link() -> None:
    assert make_link("https://help.company.example/", "t") == "https://help.company.example/desk/welcome/t"
