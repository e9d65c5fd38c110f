"""Invented personal data of many kinds, and the sentences that carry them.

Values are made anew for every run, so that none of them stands in our code. Nobody has them: addresses end in
`.example`, numbers are drawn by chance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Final
from urllib.parse import quote

from stdnum import luhn
from stdnum.iso7064 import mod_97_10
from stdnum.pl import nip, pesel, regon

from okienko.values import Language


class Chance(Random):
    """Draws by chance; and remembers names, so that one that is found says by which way it came."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        self._drawn: set[str] = set()

    def name(self, pool: Sequence[str]) -> tuple[str, bool]:
        """One of the pool that was not drawn before, while there is one; and whether there was."""
        left = [one for one in pool if one not in self._drawn]
        drawn = self.choice(left or pool)
        self._drawn.add(drawn)
        return drawn, bool(left)

    def new(self, draw: Callable[[], str]) -> str:
        """Draws until it is something that was not drawn before."""
        while (drawn := draw()) in self._drawn:
            pass
        self._drawn.add(drawn)
        return drawn


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """Something personal as it is typed, and what of it must not be found anywhere."""

    typed: str = field(repr=False)
    needles: tuple[str, ...] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of personal data."""

    name: str
    make: Callable[[Chance, Language], Value]
    carriers: Mapping[Language, str]  # `{}` stands for the value

    def say(self, value: Value, language: Language) -> str:
        """A sentence that holds the value."""
        return self.carriers[language].format(value.typed)


def _value(typed: str, *others: str) -> Value:
    return Value(typed=typed, needles=(typed, *others))


def _digits(chance: Chance, count: int) -> str:
    """Digits, of which the first is no zero."""
    return str(chance.randint(1, 9)) + "".join(chance.choices(digits, k=count - 1))


def _letters(chance: Chance, count: int, letters: str = ascii_lowercase) -> str:
    return "".join(chance.choices(letters, k=count))


def _grouped(number: str, *sizes: int, by: str = " ") -> str:
    pieces: list[str] = []
    at = 0
    for size in sizes:
        pieces.append(number[at : at + size])
        at += size
    return by.join(pieces)


# contact ------------------------------------------------------------------------------------------------------------


def _address(chance: Chance) -> tuple[str, str]:
    """The two sides of an e-mail address."""
    return f"{_letters(chance, 6)}.{_letters(chance, 7)}{_digits(chance, 2)}", f"{_letters(chance, 7)}.example"


def _email(chance: Chance, _: Language) -> Value:
    user, host = _address(chance)
    return _value(f"{user}@{host}", user)


def _email_hidden(chance: Chance, language: Language) -> Value:
    user, host = _address(chance)
    at, dot = (" małpa ", " kropka ") if language == "pl" else (" (at) ", " (dot) ")
    return _value(f"{user}{at}{host.replace('.', dot)}", f"{user}@{host}", user)


def _email_html(chance: Chance, _: Language) -> Value:
    user, host = _address(chance)
    return _value(f"{user}&#64;{host}", f"{user}@{host}", user)


def _email_url(chance: Chance, _: Language) -> Value:
    user, host = _address(chance)
    return _value(quote(f"{user}@{host}", safe=""), f"{user}@{host}", user)


def _email_split(chance: Chance, _: Language) -> Value:
    user, host = _address(chance)
    return _value(f"{user}\u200b@\u200b{host}", f"{user}@{host}", user)


def _phone(prefix: str, first: str, rest: int, *sizes: int) -> Callable[[Chance, Language], Value]:
    def make(chance: Chance, _: Language) -> Value:
        number = chance.choice(first.split()) + _digits(chance, rest)
        return _value(prefix + _grouped(number, *sizes), number)

    return make


_SPOKEN: Final[Mapping[Language, Sequence[str]]] = {
    "pl": ("zero", "jeden", "dwa", "trzy", "cztery", "pięć", "sześć", "siedem", "osiem", "dziewięć"),
    "en": ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"),
}


def _phone_spoken(chance: Chance, language: Language) -> Value:
    number = chance.choice("5678") + _digits(chance, 8)
    return _value(" ".join(_SPOKEN[language][int(digit)] for digit in number), number)


def _phone_wide(chance: Chance, _: Language) -> Value:
    number = chance.choice("5678") + _digits(chance, 8)
    return _value("".join(chr(0xFF10 + int(digit)) for digit in number), number)


# numbers that a state gives ---------------------------------------------------------------------------------------


def _pesel(chance: Chance, _: Language) -> Value:
    number = f"{chance.randint(50, 99)}{chance.randint(1, 12):02}{chance.randint(1, 28):02}{_digits(chance, 4)}"
    return _value(number + pesel.calc_check_digit(number))


def _nip(chance: Chance, _: Language) -> Value:
    while True:
        number = chance.choice(("526", "677", "701", "899")) + _digits(chance, 7)
        if nip.is_valid(number):  # one in ten, or a little less
            return _value(_grouped(number, 3, 3, 2, 2, by="-"), number)


def _regon(chance: Chance, _: Language) -> Value:
    number = chance.choice(("01", "14", "36", "38")) + _digits(chance, 6)
    return _value(number + regon.calc_check_digit(number))


def _checked_document(letters: str, number: str, weights: Sequence[int]) -> str:
    """Letters and digits with the check digit that makes the weighted sum a multiple of ten."""
    values = [ord(letter) - 55 for letter in letters]
    rest = [int(digit) for digit in number]
    for check in range(10):
        if sum(w * v for w, v in zip(weights, [*values, check, *rest], strict=True)) % 10 == 0:
            return f"{letters}{check}{number}"
    raise AssertionError("one of ten digits fits")


def _identity_card(chance: Chance, _: Language) -> Value:
    letters = chance.choice("ACD") + _letters(chance, 2, ascii_uppercase)
    return _value(_checked_document(letters, _digits(chance, 5), (7, 3, 1, 9, 7, 3, 1, 7, 3)))


def _passport(chance: Chance, _: Language) -> Value:
    letters = "E" + _letters(chance, 1, ascii_uppercase)
    return _value(_checked_document(letters, _digits(chance, 6), (7, 3, 9, 1, 7, 3, 1, 7, 3)))


def _driving_licence(chance: Chance, _: Language) -> Value:
    return _value(f"{_digits(chance, 5)}/{chance.randint(10, 24)}/{_digits(chance, 4)}")


_VIN: Final = dict(zip("ABCDEFGHJKLMNPRSTUVWXYZ", (*range(1, 9), 1, 2, 3, 4, 5, 7, 9, *range(2, 10)), strict=True))
_VIN_WEIGHTS: Final = (8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2)


def _vin(chance: Chance, _: Language) -> Value:
    number = "WVW" + _letters(chance, 5, "ABCDEFGHJKLMNPRSTUVWXYZ") + "0" + _letters(chance, 2, "ABCDEFGH")
    number += _digits(chance, 6)
    total = sum(w * (int(c) if c.isdigit() else _VIN[c]) for w, c in zip(_VIN_WEIGHTS, number, strict=True)) % 11
    return _value(number[:8] + ("X" if total == 10 else str(total)) + number[9:])


def _plate(chance: Chance, _: Language) -> Value:
    return _value(f"{chance.choice(('WX', 'KR', 'PO', 'GD'))} {_digits(chance, 5)}")


def _ssn(chance: Chance, _: Language) -> Value:
    return _value(f"{chance.randint(100, 665)}-{chance.randint(10, 99)}-{_digits(chance, 4)}")


def _nino(chance: Chance, _: Language) -> Value:
    return _value(f"{chance.choice(('AB', 'CE', 'JK', 'PW'))} {_grouped(_digits(chance, 6), 2, 2, 2)} C")


# money ------------------------------------------------------------------------------------------------------------


def _account(chance: Chance) -> str:
    body = chance.choice(("1090", "1140", "1020")) + _digits(chance, 20)
    return mod_97_10.calc_check_digits(body + "2521") + body


def _iban(chance: Chance, _: Language) -> Value:
    number = "PL" + _account(chance)
    return _value(_grouped(number, *[4] * 7), number[2:15], number[15:])


def _nrb(chance: Chance, _: Language) -> Value:
    number = _account(chance)
    return _value(_grouped(number, 2, 4, 4, 4, 4, 4, 4), number[:13], number[13:])


def _card(chance: Chance, _: Language) -> Value:
    number = "4" + _digits(chance, 14)
    return _value(_grouped(number + luhn.calc_check_digit(number), 4, 4, 4, 4))


# secrets ----------------------------------------------------------------------------------------------------------


def _short(words: Mapping[Language, str], length: int) -> Callable[[Chance, Language], Value]:
    """A code that is too short to be searched for: it is, together with the word before it."""

    def make(chance: Chance, language: Language) -> Value:
        code = _digits(chance, length)
        return Value(typed=code, needles=(f"{words[language]} {code}",))

    return make


def _password(chance: Chance, _: Language) -> Value:
    return _value(f"{_letters(chance, 5).capitalize()}{_digits(chance, 3)}{_letters(chance, 4)}!{_digits(chance, 1)}")


def _api_key(chance: Chance, _: Language) -> Value:
    return _value("sk_live_" + "".join(chance.choices(ascii_lowercase + ascii_uppercase + digits, k=32)))


def _token_url(chance: Chance, _: Language) -> Value:
    token = "".join(chance.choices(ascii_lowercase + ascii_uppercase + digits, k=40))
    return _value(f"https://konto.{_letters(chance, 6)}.example/reset?token={token}", token)


# machines and accounts --------------------------------------------------------------------------------------------


def _ip(chance: Chance, _: Language) -> Value:
    return _value(f"{chance.choice((198, 203))}.{'.'.join(str(chance.randint(100, 254)) for _ in range(3))}")


def _mac(chance: Chance, _: Language) -> Value:
    return _value(":".join(_letters(chance, 2, "0123456789ABCDEF") for _ in range(6)))


def _user_name(chance: Chance, _: Language) -> Value:
    return _value(f"{_letters(chance, 5)}_{_letters(chance, 4)}{_digits(chance, 3)}")


# names and places -------------------------------------------------------------------------------------------------

_MONTHS: Final[Mapping[Language, Sequence[str]]] = {
    "pl": ("stycznia", "lutego", "marca", "kwietnia", "czerwca", "sierpnia", "września", "listopada", "grudnia"),
    "en": ("January", "February", "March", "April", "June", "August", "September", "November", "December"),
}
_MEN: Final = (
    "Zbigniew", "Krzysztof", "Wojciech", "Grzegorz", "Sławomir", "Mirosław", "Bartosz", "Bogusław",
    "Waldemar", "Radosław", "Przemysław", "Zdzisław", "Wiesław", "Stanisław", "Władysław", "Jarosław",
    "Tomasz", "Łukasz", "Mateusz", "Andrzej", "Roman", "Damian", "Sebastian", "Norbert",
)  # fmt: skip
_WOMEN: Final = (
    "Małgorzata", "Agnieszka", "Stanisława", "Bronisława", "Genowefa", "Elżbieta", "Bogumiła", "Kazimiera",
    "Władysława", "Mirosława", "Stefania", "Jadwiga", "Grażyna", "Honorata", "Wiesława", "Franciszka",
    "Aleksandra", "Katarzyna", "Magdalena", "Weronika", "Zuzanna", "Dominika", "Kornelia", "Gabriela",
    "Justyna", "Patrycja", "Sylwia", "Bożena", "Halina", "Danuta", "Krystyna", "Teresa",
)  # fmt: skip
_STEMS: Final = (
    "Wiśniew", "Kwiatkow", "Borkow", "Zakrzew", "Krajew", "Dąbrow", "Grabow", "Sadow", "Malinow", "Ostrow",
    "Lewandow", "Piotrow", "Jankow", "Tomaszew", "Jakubow", "Michałow", "Makow", "Sobolew", "Kaczorow", "Górnia",
    "Kozłow", "Majew", "Olszew", "Stępniew", "Jaworow", "Wróblew", "Witkow", "Sikorow", "Gajew", "Szymanow",
    "Pawłow", "Bartkow", "Czajkow", "Marcinkow", "Laskow", "Rutkow", "Walczew", "Bielaw", "Domań", "Krupiń",
)  # fmt: skip
_ENGLISH: Final = (
    "Margaret", "Geoffrey", "Penelope", "Frederick", "Gwendolyn", "Reginald", "Beatrice", "Theodore", "Rosalind",
    "Leonard", "Harriet", "Clifford", "Josephine", "Bernard", "Philippa", "Nathaniel",
)  # fmt: skip
_ENGLISH_SURNAMES: Final = (
    "Hargreaves", "Winterbourne", "Featherstone", "Applegate", "Thornbury", "Blackwood", "Pemberton", "Holloway",
    "Fairweather", "Cartwright", "Ellsworth", "Greenhalgh", "Whitaker", "Lockwood", "Ramsbottom", "Somerville",
)  # fmt: skip
_STREETS: Final = ("Wrzosowa", "Jaśminowa", "Konwaliowa", "Bukowa", "Kasztanowa", "Modrzewiowa", "Jarzębinowa")
_TOWNS: Final = {"31": "Kraków", "61": "Poznań", "80": "Gdańsk", "50": "Wrocław", "90": "Łódź"}
_ENGLISH_STREETS: Final = ("Marlowe Road", "Thistle Lane", "Primrose Street", "Juniper Avenue", "Harrow Close")


def _birth(chance: Chance, language: Language) -> Value:
    return _value(f"{chance.randint(1, 28)} {chance.choice(_MONTHS[language])} {chance.randint(1945, 2004)}")


def _full_name(first: tuple[str, bool], last: tuple[str, bool], form: str) -> Value:
    """A first and a last name in a form such as `{}em {}skim`. A part that other ways have had, too, is searched for
    only within the whole."""
    typed = form.format(first[0], last[0])
    return _value(typed, *(part for part, (_, new) in zip(typed.split(), (first, last), strict=True) if new))


def _name(chance: Chance, _: Language) -> Value:
    return _full_name(chance.name(_WOMEN), chance.name(_STEMS), "{} {}ska")


def _name_inflected(chance: Chance, _: Language) -> Value:
    return _full_name(chance.name(_MEN), chance.name(_STEMS), "{}em {}skim")


def _name_lower(chance: Chance, language: Language) -> Value:
    value = _name(chance, language)
    return Value(typed=value.typed.lower(), needles=tuple(needle.lower() for needle in value.needles))


def _name_english(chance: Chance, _: Language) -> Value:
    return _full_name(chance.name(_ENGLISH), chance.name(_ENGLISH_SURNAMES), "{} {}")


def _postcode(chance: Chance) -> str:
    """A postcode with its town."""
    start = chance.choice(list(_TOWNS))
    return f"{chance.new(lambda: f'{start}-{_digits(chance, 3)}')} {_TOWNS[start]}"


def _house_pl(chance: Chance, _: Language) -> Value:
    street = f"{chance.choice(_STREETS)} {chance.randint(101, 399)}/{chance.randint(10, 99)}"
    return _value(f"ul. {street}, {_postcode(chance)}", street)


def _house_en(chance: Chance, _: Language) -> Value:
    street = f"{chance.randint(101, 399)} {chance.choice(_ENGLISH_STREETS)}"
    return _value(f"{street}, London SW{chance.randint(2, 9)} {chance.randint(1, 9)}AB", street)


def _postcode_town(chance: Chance, _: Language) -> Value:
    return _value(_postcode(chance))


def _post_box(chance: Chance, language: Language) -> Value:
    number = _digits(chance, 4)
    box = "skr. poczt." if language == "pl" else "P.O. Box"
    return _value(f"{box} {number}, {_postcode(chance)}", f"{box} {number}")


def _number(chance: Chance, _: Language) -> Value:
    return _value(_digits(chance, 13))


KINDS: Final[Sequence[Kind]] = [
    Kind(name=name, make=make, carriers={"pl": polish, "en": english})
    for name, make, polish, english in (
        ("e-mail", _email, "mój mail to {}, proszę o odpowiedź", "my mail is {}, please reply"),
        ("e-mail, disguised", _email_hidden, "piszcie na {} proszę", "write to {} please"),
        ("e-mail as HTML", _email_html, "mój mail to {}", "my mail is {}"),
        ("e-mail as in a link", _email_url, "mój mail to {}", "my mail is {}"),
        ("e-mail, split", _email_split, "mój mail to {}", "my mail is {}"),
        ("phone, Polish", _phone("", "501 602 693 788", 6, 3, 3, 3), "tel. {}", "my phone is {}"),
        ("phone, Ukrainian", _phone("+380 ", "50 67 93", 7, 2, 3, 2, 2), "tel. {}", "my phone is {}"),
        ("phone, German", _phone("+49 ", "151 170", 8, 3, 8), "tel. {}", "my phone is {}"),
        ("phone, British", _phone("+44 ", "7700 7911", 6, 4, 6), "tel. {}", "my phone is {}"),
        ("phone, American", _phone("+1 ", "212 415 312", 7, 3, 3, 4), "tel. {}", "my phone is {}"),
        ("phone, spoken", _phone_spoken, "mój numer telefonu: {}", "my phone number: {}"),
        ("phone, full-width", _phone_wide, "tel. {}", "my phone is {}"),
        ("PESEL", _pesel, "PESEL {}", "my PESEL is {}"),
        ("NIP", _nip, "NIP {}", "my NIP is {}"),
        ("REGON", _regon, "REGON {}", "my REGON is {}"),
        ("identity card", _identity_card, "dowód osobisty {}", "my identity card is {}"),
        ("passport", _passport, "numer paszportu {}", "my passport number is {}"),
        ("driving licence", _driving_licence, "prawo jazdy {}", "my driving licence is {}"),
        ("VIN", _vin, "VIN {}", "my VIN is {}"),
        ("number plate", _plate, "numer rejestracyjny {}", "my number plate is {}"),
        ("SSN", _ssn, "mój SSN to {}", "my SSN is {}"),
        ("NINO", _nino, "mój numer NINO to {}", "my National Insurance number is {}"),
        ("IBAN", _iban, "proszę o przelew na {}", "please transfer to {}"),
        ("account number", _nrb, "numer konta {}", "account number {}"),
        ("card", _card, "karta {}", "my card is {}"),
        ("CVV", _short({"pl": "kod CVV", "en": "the CVV is"}, 3), "kod CVV {}", "the CVV is {}"),
        ("password", _password, "moje hasło: {}", "my password: {}"),
        ("PIN", _short({"pl": "mój PIN", "en": "my PIN is"}, 4), "mój PIN {}", "my PIN is {}"),
        ("one-time code", _short({"pl": "kod z SMS", "en": "code is"}, 6), "kod z SMS {}", "the one-time code is {}"),
        ("BLIK", _short({"pl": "kod BLIK", "en": "BLIK code"}, 6), "kod BLIK {}", "BLIK code {}"),
        ("API key", _api_key, "klucz API {}", "the API key is {}"),
        ("IP address", _ip, "mój adres IP {}", "my IP address is {}"),
        ("MAC address", _mac, "adres MAC {}", "the MAC address is {}"),
        ("private link", _token_url, "mam taki link: {}", "I have this link: {}"),
        ("user name", _user_name, "mój login to {}", "my user name is {}"),
        ("date of birth", _birth, "data urodzenia: {}", "date of birth: {}"),
        ("name, Polish", _name, "nazywam się {}", "my name is {}"),
        ("name, inflected", _name_inflected, "rozmawiałam z panem {}", "I spoke with Mr {}"),
        ("name in lower case", _name_lower, "nazywam się {}", "my name is {}"),
        ("name, English", _name_english, "nazywam się {}", "my name is {}"),
        ("address, Polish", _house_pl, "mieszkam przy {}", "I live at {}"),
        ("address, English", _house_en, "mój adres to {}", "my address is {}"),
        ("postcode and town", _postcode_town, "kod pocztowy {}", "the postcode is {}"),
        ("P.O. box", _post_box, "mój adres to {}", "my address is {}"),
        ("long number", _number, "mam tu jeszcze taki numer {}", "and I have this number {}"),
    )
]
