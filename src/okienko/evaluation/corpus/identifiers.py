"""Invented numbers whose check digits fit, by python-stdnum where it knows the kind."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from string import ascii_uppercase
from typing import Final

from stdnum import ean as stdnum_ean
from stdnum import luhn
from stdnum.iso7064 import mod_97_10
from stdnum.pl import nip as stdnum_nip
from stdnum.pl import pesel as stdnum_pesel
from stdnum.pl import regon as stdnum_regon

_BBANS: Final = {  # 0 a digit, A a letter
    "DE": "000000000000000000",
    "GB": "AAAA00000000000000",
    "NL": "AAAA0000000000",
    "UA": "0000000000000000000000000",
    "CZ": "00000000000000000000",
    "AT": "0000000000000000",
}
_CARDS: Final = (("4", 16), ("51", 16), ("55", 16), ("2221", 16), ("37", 15), ("6759", 16), ("6304", 19))
_VIN_LETTERS: Final = "ABCDEFGHJKLMNPRSTUVWXYZ"
_VIN_VALUES: Final = dict(
    zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), *range(1, 6), 7, 9, *range(2, 10)), strict=True)
)
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)
_NINO_FIRST: Final = "ABCEGHJKLMNOPRSTWXYZ"
_NINO_SECOND: Final = "ABCEGHJKLMNPRSTWXYZ"
_NINO_NEVER: Final = frozenset({"BG", "GB", "NK", "KN", "TN", "NT", "ZZ"})


def digits(random: Random, count: int) -> str:
    """So many digits, the first not a zero."""
    return str(random.randrange(10 ** (count - 1), 10**count))


def letters(random: Random, count: int, alphabet: str = ascii_uppercase) -> str:
    return "".join(random.choice(alphabet) for _ in range(count))


def day(random: Random, first: int, last: int) -> date:
    """A day in these years."""
    return date(first, 1, 1) + timedelta(days=random.randrange(365 * (last - first + 1)))


def broken(number: str) -> str:
    """The number with its last digit changed: the check fails wherever one digit is checked."""
    return number[:-1] + str((int(number[-1]) + 1) % 10)


def pesel(random: Random, *, young: bool = False) -> str:
    born = day(random, 2000, 2008) if young else day(random, 1935, 1999)
    serial = digits(random, 4)
    ten = f"{born.year % 100:02}{born.month + (20 if young else 0):02}{born.day:02}{serial}"
    return ten + stdnum_pesel.calc_check_digit(ten)


def nip(random: Random) -> str:
    while not stdnum_nip.is_valid(number := digits(random, 10)):
        pass
    return number


def regon(random: Random, length: int = 9) -> str:
    first = digits(random, 8)
    nine = first + stdnum_regon.calc_check_digit(first)
    if length == 9:
        return nine
    long = nine + digits(random, 4)
    return long + stdnum_regon.calc_check_digit(long)


def card(random: Random, *, long: bool = True) -> str:
    prefix, length = random.choice(_CARDS if long else _CARDS[:4])
    number = prefix + digits(random, length - len(prefix) - 1)
    return number + luhn.calc_check_digit(number)


def account(random: Random) -> str:
    """26 digits of a Polish account."""
    bban = digits(random, 24)
    return mod_97_10.calc_check_digits(f"{bban}PL") + bban


def foreign_iban(random: Random) -> str:
    country = random.choice(sorted(_BBANS))
    bban = "".join(random.choice(ascii_uppercase) if sign == "A" else digits(random, 1) for sign in _BBANS[country])
    return country + mod_97_10.calc_check_digits(bban + country) + bban


def id_card(random: Random) -> str:
    """Three letters, a check digit, five digits."""
    return _checked(letters(random, 3), digits(random, 5), (7, 3, 1, 7, 3, 1, 7, 3))


def passport_pl(random: Random) -> str:
    """Two letters, a check digit, six digits."""
    return _checked(letters(random, 2), digits(random, 6), (7, 3, 1, 7, 3, 1, 7, 3))


def _checked(series: str, number: str, weights: tuple[int, ...]) -> str:
    total = sum(weight * int(sign, 36) for weight, sign in zip(weights, series + number, strict=True))
    return f"{series}{total % 10}{number}"


def vin(random: Random, *, checked: bool = True) -> str:
    """17 signs; the ninth is a check sign in North America, any sign elsewhere."""
    signs = letters(random, 3, _VIN_LETTERS) + letters(random, 6, _VIN_LETTERS + "123456789") + letters(random, 2)
    signs = signs.translate(str.maketrans("IOQ", "XYZ")) + digits(random, 6)
    if not checked:
        return signs
    total = sum(
        weight * (int(sign) if sign.isdigit() else _VIN_VALUES[sign])
        for weight, sign in zip(_VIN_WEIGHTS, signs, strict=True)
    )
    return signs[:8] + "0123456789X"[total % 11] + signs[9:]


def plate_pl(random: Random) -> str:
    county = random.choice(
        ["WX", "WI", "KR", "PO", "GD", "DW", "SK", "LU", "EL", "ZS", "WGM", "KRA", "POB", "GKA", "SBE"]
    )
    if len(county) == 2:
        return f"{county} {random.choice([digits(random, 5), digits(random, 4) + letters(random, 1, 'ACEFGHJK')])}"
    return f"{county} {random.choice([digits(random, 2) + letters(random, 2, 'ACEFGHJK'), digits(random, 5)])}"


def plate_uk(random: Random) -> str:
    area = letters(random, 2, "ABCDEFGHKLMNPRSTUVWXY")
    return f"{area}{random.randrange(2, 76):02} {letters(random, 3, 'ABCDEFGHJKLMN')}"


def ssn(random: Random) -> tuple[str, str, str]:
    area = random.choice([number for number in range(100, 900) if number != 666])
    return str(area), f"{random.randrange(1, 100):02}", f"{random.randrange(1, 10_000):04}"


def nino(random: Random) -> str:
    while (prefix := random.choice(_NINO_FIRST) + random.choice(_NINO_SECOND)) in _NINO_NEVER:
        pass
    return prefix + digits(random, 6) + random.choice("ABCD")


def licence_uk(random: Random, surname: str) -> str:
    name = "".join(sign for sign in surname.upper() if sign in ascii_uppercase)[:5].ljust(5, "9")
    born = day(random, 1945, 2000)
    decade = f"{born.year % 100:02}"
    return f"{name}{decade[0]}{born.month:02}{born.day:02}{decade[1]}{letters(random, 2)}9{letters(random, 2)}"


def rnokpp(random: Random) -> str:
    """The Ukrainian tax number."""
    nine = digits(random, 9)
    total = sum(weight * int(digit) for weight, digit in zip((-1, 5, 7, 9, 4, 6, 10, 5, 7), nine, strict=True))
    return f"{nine}{total % 11 % 10}"


def ean(random: Random) -> str:
    twelve = "590" + digits(random, 9)
    return twelve + stdnum_ean.calc_check_digit(twelve)
