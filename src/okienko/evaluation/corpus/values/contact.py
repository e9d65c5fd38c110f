"""E-mail addresses and telephone numbers. Addresses end in names that are reserved for examples (RFC 2606)."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from okienko.evaluation.corpus.identifiers import digits
from okienko.evaluation.corpus.values.variant import (
    BOTH,
    EN,
    PL,
    Make,
    Pieces,
    Slot,
    World,
    full_width,
    grouped,
    plain_letters,
    twins,
    ways,
    zero_width,
)

_DOMAINS: Final = (
    "example.com",
    "example.org",
    "example.net",
    "mail.example.com",
    "poczta.example.org",
    "b2b.example.net",
)
_ONES: Final = ["zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"]
_TEENS: Final = [
    "dziesięć",
    "jedenaście",
    "dwanaście",
    "trzynaście",
    "czternaście",
    "piętnaście",
    "szesnaście",
    "siedemnaście",
    "osiemnaście",
    "dziewiętnaście",
]
_TENS: Final = [
    "-",
    "-",
    "dwadzieścia",
    "trzydzieści",
    "czterdzieści",
    "pięćdziesiąt",
    "sześćdziesiąt",
    "siedemdziesiąt",
    "osiemdziesiąt",
    "dziewięćdziesiąt",
]
_HUNDREDS: Final = [
    "-",
    "sto",
    "dwieście",
    "trzysta",
    "czterysta",
    "pięćset",
    "sześćset",
    "siedemset",
    "osiemset",
    "dziewięćset",
]
_ENGLISH: Final = ["oh", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"]


def _mail_parts(world: World) -> tuple[str, str]:
    random = world.random
    given = plain_letters(world.pick(f"given/{random.choice('fm')}")).lower()
    surname = plain_letters(world.pick("surnames")).lower()
    number = str(random.randrange(1, 100))
    local = random.choice(
        [f"{given}.{surname}", f"{given[0]}{surname}", f"{surname}_{given}", f"{given}{number}", f"{surname}{number}"]
    )
    return local, random.choice(_DOMAINS)


def _mail(world: World, _: Slot) -> str:
    return "@".join(_mail_parts(world))


def _worded(at: tuple[str, ...], dot: tuple[str, ...]) -> Make:
    """With words instead of the signs; a dot that is said is said in the first part, too."""

    def make(world: World, _: Slot) -> str:
        local, domain = _mail_parts(world)
        point = world.random.choice(dot)
        if point.strip().isalpha():
            local = local.replace(".", point)
        return f"{local}{world.random.choice(at)}{domain.replace('.', point)}"

    return make


def _idn(world: World, _: Slot) -> str:
    return f"{_mail_parts(world)[0]}@{world.random.choice(['żółw', 'księgarnia-łódź', 'müller', 'źródło'])}.example"


def _two_mails(world: World, slot: Slot) -> Pieces:
    mark = world.random.choice([", ", " ", ";", "; ", "/"])
    return (_mail(world, slot), "EMAIL_ADDRESS"), (mark, None), (_mail(world, slot), "EMAIL_ADDRESS")


def _glued_mail(world: World, slot: Slot) -> Pieces:
    before = world.random.choice(["mail:", "e-mail:", "mailto:", "(", "<"])
    return (before, None), (_mail(world, slot), "EMAIL_ADDRESS"), ({"(": ")", "<": ">"}.get(before, ""), None)


def _mobile(world: World) -> str:
    first = world.random.choice(["50", "51", "53", "57", "60", "66", "69", "72", "73", "78", "79", "88"])
    return first + digits(world.random, 7)


def _mobile_in(sizes: tuple[int, ...], *marks: str) -> Make:
    return lambda world, _: grouped(_mobile(world), sizes, world.random.choice(marks))


def _prefixed(world: World, _: Slot) -> str:
    prefix = world.random.choice(["+48", "+48 ", "0048", "0048 ", "(+48) ", "48 ", "+48-"])
    return prefix + grouped(_mobile(world), (3, 3, 3), world.random.choice(["", " ", "-"]))


def _landline(world: World, _: Slot) -> str:
    random = world.random
    area = random.choice(["12", "22", "32", "42", "58", "61", "71", "81", "85", "91"])
    rest = digits(random, 7)
    tail = random.choice([grouped(rest, (3, 2, 2), "-"), grouped(rest, (3, 2, 2), " "), rest])
    return random.choice(
        [f"{area} {tail}", f"({area}) {tail}", f"0{area} {tail}", f"+48 {area} {tail}", f"(0-{area}) {tail}"]
    )


def _say(group: str) -> str:
    """Three digits as a number; zeros in front are said."""
    hundreds, tens, ones = map(int, group)
    words = [_HUNDREDS[hundreds] if hundreds else "zero"]
    if tens == 1:
        words.append(_TEENS[ones])
    elif tens:
        words += [_TENS[tens], *([_ONES[ones]] if ones else [])]
    elif ones or not hundreds:
        words += [*(["zero"] if not hundreds else []), _ONES[ones]]
    return " ".join(words)


def _confused(world: World, _: Slot) -> str:
    """One or two digits hit as letters: `5I6 0z5 486`."""
    signs = list(grouped(_mobile(world), (3, 3, 3), world.random.choice(["", " ", "-"])))
    places = [at for at, sign in enumerate(signs) if sign in "0125"]
    for at in world.random.sample(places, min(len(places), world.random.randint(1, 2))):
        signs[at] = world.random.choice({"0": "oO", "1": "lI", "2": "zZ", "5": "S"}[signs[at]])
    return "".join(signs)


def _glued_phone(world: World, _: Slot) -> Pieces:
    before, after = world.random.choice([("tel.", ""), ("tel:", ""), ("nr", ""), ("", "proszę"), ("tel", "lub")])
    return (before, None), (_mobile(world), "PHONE_NUMBER"), (after, None)


def _ukrainian(world: World, _: Slot) -> str:
    rest = world.random.choice(["50", "63", "67", "68", "93", "97"]) + digits(world.random, 7)
    return world.random.choice([f"+380{rest}", f"+380 {grouped(rest, (2, 3, 2, 2), ' ')}", f"0{rest}"])


def _german(world: World, _: Slot) -> str:
    rest = world.random.choice(["151", "160", "171", "176"]) + digits(world.random, 8)
    return world.random.choice([f"+49{rest}", f"+49 {grouped(rest, (3, 8), ' ')}", f"0{grouped(rest, (3, 8), '/')}"])


def _british(world: World, _: Slot) -> str:
    rest = world.random.choice(["74", "75", "77", "78", "79"]) + digits(world.random, 8)
    wide = grouped(rest, (4, 3, 3), " ")
    return world.random.choice([f"0{rest}", f"0{grouped(rest, (4, 6), ' ')}", f"+44 {wide}", f"+44 (0){rest}"])


def _british_landline(world: World, _: Slot) -> str:
    rest = f"7946 0{digits(world.random, 3)}"  # Ofcom keeps these for drama
    return world.random.choice([f"020 {rest}", f"(020) {rest}", f"+44 20 {rest}"])


def _american(world: World, _: Slot) -> str:
    area = world.random.choice(["212", "415", "503", "617", "303", "512"])
    rest = f"555-01{digits(world.random, 2)}"  # kept for fiction
    dotted = f"{area}.{rest.replace('-', '.')}"
    return world.random.choice([f"({area}) {rest}", f"{area}-{rest}", f"+1 {area} {rest}", f"+1-{area}-{rest}", dotted])


VARIANTS: Final = (
    *ways("EMAIL_ADDRESS", "email", BOTH, {"plain": _mail}, weight=2),
    *ways(
        "EMAIL_ADDRESS",
        "email",
        BOTH,
        {
            "upper": lambda world, slot: _mail(world, slot).upper(),
            "plus": lambda world, slot: _mail(world, slot).replace("@", "+sklep@"),
            "at_dot": _worded(("(at)", " (at) ", "[at]", " [at] ", "{at}"), ("(dot)", " [dot] ", ".", " (dot) ")),
            "spaced": _worded((" @ ", "@ ", " @"), (".", " . ")),
            "idn": _idn,
            "full_width": lambda world, slot: full_width(_mail(world, slot)),
            "zero_width": lambda world, slot: zero_width(world.random, _mail(world, slot)),
            "url_encoded": lambda world, slot: quote(_mail(world, slot)),
            "html_entity": lambda world, slot: _mail(world, slot).replace("@", "&#64;"),
            "homoglyph": lambda world, slot: twins(world.random, _mail(world, slot)),
            "two_in_a_row": _two_mails,
            "glued": _glued_mail,
        },
    ),
    *ways(
        "EMAIL_ADDRESS",
        "email",
        PL,
        {"spoken": _worded((" małpa ", " malpa ", "(małpa)", "[malpa]"), (" kropka ", ".", "(kropka)"))},
    ),
    *ways("EMAIL_ADDRESS", "email", EN, {"spoken": _worded((" at ",), (" dot ",))}),
    *ways("PHONE_NUMBER", "phone", PL, {"prefix": _prefixed, "landline": _landline}, weight=2),
    *ways(
        "PHONE_NUMBER",
        "phone",
        PL,
        {
            "bare": _mobile_in((9,), ""),
            "spaced": _mobile_in((3, 3, 3), " ", "  "),
            "dashed": _mobile_in((3, 3, 3), "-", " - "),
            "dots": _mobile_in((3, 3, 3), "."),
            "slashes": _mobile_in((3, 3, 3), "/"),
            "no_break_space": _mobile_in((3, 3, 3), "\u00a0", "\u202f"),
            "pairs": _mobile_in((3, 2, 2, 2), " ", "-"),
            "all_pairs": _mobile_in((2, 2, 2, 2, 1), " "),
            "single_digits": _mobile_in((1,) * 9, " ", "-"),
            "full_width": lambda world, _: full_width(_mobile(world)),
            "zero_width": lambda world, _: zero_width(world.random, grouped(_mobile(world), (3, 3, 3), " ")),
            "confused_letters": _confused,
            "spoken_digits": lambda world, _: " ".join(_ONES[int(digit)] for digit in _mobile(world)),
            "spoken_hundreds": lambda world, _: " ".join(
                _say(group) for group in grouped(_mobile(world), (3, 3, 3), " ").split()
            ),
            "glued": _glued_phone,
        },
    ),
    *ways(
        "PHONE_NUMBER",
        "phone",
        BOTH,
        {"ukrainian": _ukrainian, "german": _german, "british": _british, "american": _american},
    ),
    *ways(
        "PHONE_NUMBER",
        "phone",
        EN,
        {
            "british_landline": _british_landline,
            "spoken_digits": lambda world, _: " ".join(
                _ENGLISH[int(digit)] for digit in "07" + digits(world.random, 9)
            ),
            "full_width": lambda world, _: full_width("07" + digits(world.random, 9)),
        },
    ),
)
