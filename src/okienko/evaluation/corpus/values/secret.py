"""Dates of birth, technical addresses, passwords and codes, user names."""

from __future__ import annotations

from typing import Final

from okienko.evaluation.corpus import identifiers
from okienko.evaluation.corpus.identifiers import digits, letters
from okienko.evaluation.corpus.values.variant import (
    BOTH,
    EN,
    PL,
    Make,
    Pieces,
    Slot,
    World,
    grouped,
    plain_letters,
    ways,
)

MONTHS: Final = [
    "stycznia",
    "lutego",
    "marca",
    "kwietnia",
    "maja",
    "czerwca",
    "lipca",
    "sierpnia",
    "września",
    "października",
    "listopada",
    "grudnia",
]
MONTHS_EN: Final = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
_HEX: Final = "abcdef0123456789"
_SIGNS: Final = "abcdefghijkABCDEFGHIJK0123456789"


def _born(pattern: str) -> Make:
    """A date in a pattern of `strftime`, and `{day}`, `{ordinal}`, `{month}` in words."""

    def make(world: World, _: Slot) -> str:
        born = identifiers.day(world.random, 1938, 2008)
        ending = "th" if 10 < born.day < 20 else {1: "st", 2: "nd", 3: "rd"}.get(born.day % 10, "th")
        month = (MONTHS if world.language == "pl" else MONTHS_EN)[born.month - 1]
        return born.strftime(pattern).format(day=born.day, ordinal=f"{born.day}{ending}", month=month)

    return make


def _ip4(world: World, _: Slot) -> str:
    return ".".join(str(world.random.randrange(11, 255)) for _ in range(4))


def _ip6(world: World, _: Slot) -> str:
    groups = [f"{world.random.randrange(1, 65536):x}" for _ in range(8)]
    return world.random.choice(
        [":".join(groups), f"2001:db8::{groups[0]}:{groups[1]}", f"fe80::{':'.join(groups[:4])}"]
    )


def _mac(world: World, _: Slot) -> str:
    return world.random.choice(":-").join(f"{world.random.randrange(256):02x}" for _ in range(6))


def _profile(world: World, _: Slot) -> str:
    name = plain_letters(f"{world.pick('given/f')}.{world.pick('surnames')}").lower()
    place = world.random.choice(
        ["facebook.example/", "social.example/u/", "forum.example/profile/", "praca.example/in/"]
    )
    return f"https://{place}{name}"


def _session(world: World, _: Slot) -> str:
    return f"www.example.com/konto?id={digits(world.random, 6)}&sid={letters(world.random, 16, _HEX)}"


def _password(world: World, _: Slot) -> str:
    random = world.random
    name = world.pick("given/f")
    return random.choice(
        [
            f"{name}{random.randrange(1950, 2015)}!",
            f"{plain_letters(name).lower()}{random.randrange(1, 999)}",
            letters(random, 10, "abcdefghABCDEFGH23456789!#$%"),
            f"Lato{random.randrange(2018, 2027)}#",
            f"qwerty{random.randrange(10, 99)}",
        ]
    )


def _quoted(world: World, slot: Slot) -> Pieces:
    before, after = world.random.choice([('"', '"'), ("'", "'"), ("„", "”")])
    return (before, None), (_password(world, slot), "SECRET"), (after, None)


def _passphrase(world: World, _: Slot) -> str:
    first, second = (letters(world.random, length, "bcdfgklmnaeiou") for length in (5, 6))
    return f"{first}-{second}-{digits(world.random, 2)}"


def _api_key(world: World, _: Slot) -> str:
    return world.random.choice(["sk_live_", "ghp_", "AKIA", ""]) + letters(world.random, 28, _SIGNS)


def _code(world: World, _: Slot) -> str:
    return digits(world.random, world.random.choice([4, 6, 8]))


def _spaced_code(world: World, _: Slot) -> str:
    return grouped(digits(world.random, 6), (3,), world.random.choice(" -"))


def _blik(world: World, slot: Slot) -> str:
    return digits(world.random, 6) if world.random.random() < 0.5 else _spaced_code(world, slot)


def _username(world: World, _: Slot) -> str:
    random = world.random
    name = plain_letters(world.pick(f"given/{random.choice('fm')}")).lower()
    tail = letters(random, 3, "klmnop")
    return random.choice(
        [f"{name}{random.randrange(10, 99)}", f"{name}_{tail}", f"{letters(random, 1, 'abcdm')}.{name}", f"xX{name}Xx"]
    )


VARIANTS: Final = (
    *ways(
        "DATE_OF_BIRTH",
        "dob",
        BOTH,
        {"iso": _born("%Y-%m-%d"), "dots": _born("%d.%m.%Y"), "slashes": _born("%d/%m/%Y")},
    ),
    *ways(
        "DATE_OF_BIRTH",
        "dob",
        PL,
        {
            "words": _born("{day} {month} %Y"),
            "words_r": _born("{day} {month} %Y r."),
            "spaced": _born("%d %m %Y"),
            "dashes": _born("%d-%m-%Y"),
        },
    ),
    *ways(
        "DATE_OF_BIRTH",
        "dob",
        EN,
        {
            "words": _born("{month} {day}, %Y"),
            "words_british": _born("{day} {month} %Y"),
            "ordinal": _born("{ordinal} of {month} %Y"),
        },
    ),
    *ways("DATE_OF_BIRTH", "dob", BOTH, {"short_year": _born("%d.%m.%y")}, needs_label=True),
    *ways(
        "IP_ADDRESS",
        "ip",
        BOTH,
        {
            "v4": _ip4,
            "v4_port": lambda world, slot: ((_ip4(world, slot), "IP_ADDRESS"), (f":{digits(world.random, 4)}", None)),
            "v6": _ip6,
            "mac": _mac,
        },
    ),
    *ways(
        "URL",
        "url",
        BOTH,
        {
            "token": lambda world, _: f"https://sklep.example/reset?token={letters(world.random, 24, _HEX)}",
            "token_path": lambda world, _: f"https://app.example.com/invite/{letters(world.random, 32, _SIGNS)}",
            "session": _session,
            "profile": _profile,
        },
    ),
    *ways("SECRET/password", "password", BOTH, {"password": _password}, needs_label=True, weight=2),
    *ways(
        "SECRET/password",
        "password",
        BOTH,
        {"password_quoted": _quoted, "passphrase": _passphrase},
        needs_label=True,
    ),
    *ways("SECRET/pin", "pin", BOTH, {"pin": lambda world, _: digits(world.random, 4)}, needs_label=True),
    *ways("SECRET/otp", "otp", BOTH, {"one_time_code": _code, "one_time_code_spaced": _spaced_code}, needs_label=True),
    *ways("SECRET/blik", "blik", PL, {"blik": _blik}, needs_label=True),
    *ways("SECRET/cvv", "cvv", BOTH, {"cvv": lambda world, _: digits(world.random, 3)}, needs_label=True),
    *ways("SECRET/apikey", "apikey", BOTH, {"api_key": _api_key}, needs_label=True),
    *ways("USERNAME", "username", BOTH, {"login": _username}, needs_label=True),
    *ways("USERNAME/handle", "handle", BOTH, {"handle": lambda world, slot: f"@{_username(world, slot)}"}),
)
