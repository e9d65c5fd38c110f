"""The table of kinds: what happens to each, and the words that stand in the text instead of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

from okienko.values import Language


class Fate(Enum):
    """What becomes of a value that was found."""

    VAULT = "vault"  # sealed for the person, numbered in the conversation
    DROP = "drop"  # gone for good
    KEEP = "keep"  # stays in the text; found so that nothing else takes it and scenarios can use it


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of personal data."""

    label: str
    fate: Fate
    pl: str
    en: str

    def word(self, language: Language) -> str:
        """The word inside the brackets of a placeholder."""
        return self.pl if language == "pl" else self.en


ENTITIES: Final = {
    label: Entity(label=label, fate=fate, pl=pl, en=en)
    for label, fate, pl, en in (
        ("PERSON", Fate.VAULT, "osoba", "person"),
        ("EMAIL_ADDRESS", Fate.VAULT, "e-mail", "e-mail"),
        ("PHONE_NUMBER", Fate.VAULT, "telefon", "phone"),
        ("ADDRESS", Fate.VAULT, "adres", "address"),
        ("POSTAL_CODE", Fate.VAULT, "kod pocztowy", "postcode"),
        ("IBAN_CODE", Fate.VAULT, "numer konta", "account number"),
        ("DATE_OF_BIRTH", Fate.VAULT, "data urodzenia", "date of birth"),
        ("USERNAME", Fate.VAULT, "nazwa użytkownika", "user name"),
        ("VEHICLE_PLATE", Fate.VAULT, "nr rejestracyjny", "number plate"),
        ("VIN", Fate.VAULT, "VIN", "VIN"),
        ("PL_PESEL", Fate.DROP, "PESEL", "national ID"),
        ("PL_NIP", Fate.DROP, "NIP", "tax ID"),
        ("PL_REGON", Fate.DROP, "REGON", "business ID"),
        ("PL_ID_CARD", Fate.DROP, "dowód osobisty", "identity card"),
        ("PASSPORT", Fate.DROP, "paszport", "passport"),
        ("DRIVING_LICENCE", Fate.DROP, "prawo jazdy", "driving licence"),
        ("US_SSN", Fate.DROP, "SSN", "SSN"),
        ("UK_NINO", Fate.DROP, "NINO", "NINO"),
        ("CREDIT_CARD", Fate.DROP, "karta", "card"),
        ("SECRET", Fate.DROP, "hasło lub kod", "password or code"),
        ("IP_ADDRESS", Fate.DROP, "adres IP", "IP address"),
        ("URL", Fate.DROP, "link", "link"),
        ("NUMBER", Fate.DROP, "numer", "number"),
        ("ORDER_NUMBER", Fate.KEEP, "zamówienie", "order"),
        ("HEALTH", Fate.KEEP, "zdrowie", "health"),
    )
}


def placeholder(label: str, number: int, language: Language) -> str:
    """`[e-mail]` for the first value of a kind in a conversation, `[e-mail 2]` for the second."""
    word = ENTITIES[label].word(language)
    return f"[{word}]" if number == 1 else f"[{word} {number}]"
