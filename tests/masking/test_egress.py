"""Ten thousand hostile answers, each of which says what the vault hides, in another spelling."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from okienko.keys import Keys
from okienko.masking.egress import REMEMBERED, Gate, find_places, guard
from okienko.masking.kinds import ENTITIES
from okienko.masking.mask import find, published
from okienko.values import RawText

KEYS = Keys(operator=bytes(32), index=bytes(range(32)))
ANSWERS = 10_000

WIDE = {code: code + 0xFEE0 for code in range(0x21, 0x7F)}
ZERO = "\u200b"


@dataclass(frozen=True)
class Value:
    """Something that a customer wrote, in other spellings too."""

    said: str  # as it came in
    others: tuple[str, ...] = ()  # inflected, shortened, or as somebody else would write it


VALUES = [
    Value("mój mail jan.kowalski@firma.example", ("jan.kowalski@firma.example",)),
    Value("ewa_nowak7@poczta.example", ("ewa_nowak7@poczta.example",)),
    Value("tel. 501 234 567", ("501234567", "+48 501 234 567", "501-234-567", "0048501234567")),
    Value("zadzwońcie pod 22 555 01 23", ("225550123", "22 555-01-23", "(22) 555 01 23")),
    Value("konto PL61 1090 1014 0000 0712 1981 2874", ("61109010140000071219812874", "PL61109010140000071219812874")),
    Value("nazywam się Anna Kowalska", ("Annie Kowalskiej", "Anną Kowalską", "Kowalska Anna", "Annę Kowalską")),
    Value("nazywam się Tomasz Wójcik", ("Tomasza Wójcika", "Tomaszowi Wójcikowi", "Wójcikiem Tomaszem")),
    Value("my name is Hannah Young", ("Hannah Young", "Young Hannah")),
    Value("mieszkam: ul. Kwiatowa 5/3, 00-950 Warszawa", ("ul. Kwiatowa 5/3, 00-950 Warszawa",)),
    Value("login: janek_77", ("janek_77",)),
    Value("urodzona 12.03.1988", ("12.03.1988", "12-03-1988", "12 03 1988")),
    Value("nr rejestracyjny WA 12345", ("WA12345", "WA 12345")),
]

CHANGES: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "upper case": str.upper,
    "lower case": str.lower,
    "full width": lambda text: text.translate(WIDE),
    "percent signs": lambda text: text.replace("@", "%40"),
    "entities": lambda text: text.replace("@", "&#64;").replace(" ", "&nbsp;"),
    "other spaces": lambda text: text.replace(" ", "\u00a0"),
    "more spaces": lambda text: text.replace(" ", "  "),
    "spaces around signs": lambda text: re.sub(r"([@/])", r" \1 ", text),
    "other dashes": lambda text: text.replace("-", "–"),
    "zero width": ZERO.join,
    "digits apart": lambda text: re.sub(r"(?<=\d)(?=\d)", " ", text),
    "no Polish marks": lambda text: text.translate(str.maketrans("ąćęłńóśźżĄĆĘŁŃÓŚŹŻ", "acelnoszzACELNOSZZ")),
}

BEFORE = [
    "Dziękujemy. ", "Zgodnie z życzeniem: ", "Zamówienie ", "Your order for ", "Wysłaliśmy to dla ", "(", "- ", "",
    "Potwierdzamy ", "Numer artykułu ", "Sprawa należy do ", "As you said, ", "Odpowiedź: ", "„",
]  # fmt: skip
AFTER = [
    ".", " w ciągu 14 dni.", ", prosimy czekać.", "!", " – tak?", ")", "", " is on its way.", "\nPozdrawiamy",
    " zostanie zwrócone", "; koniec", "”",
]  # fmt: skip


def hide(value: Value) -> frozenset[bytes]:
    """The keyed hashes that the vault has of it."""
    return frozenset(KEYS.lookup(span.label, span.value) for span in find(RawText(value.said)).vaulted)


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.said)
def test_the_values_are_vaulted(value: Value) -> None:
    assert hide(value)


def leaks(text: str, spoken: str, around: str) -> list[str]:
    """Pieces of what was said that can still be read."""
    return [
        piece
        for piece in re.findall(r"[^\W_]{2,}", spoken)
        if piece.lower() in text.lower() and piece.lower() not in around.lower()
    ]


def hostile() -> list[tuple[frozenset[bytes], str, str, str]]:
    """(hashes, what is said, what stands around it, the answer), the same ones every time."""
    chance = random.Random(20261122)
    hidden = {value: hide(value) for value in VALUES}
    answers: list[tuple[frozenset[bytes], str, str, str]] = []
    for _ in range(ANSWERS):
        value = chance.choice(VALUES)
        spoken = CHANGES[chance.choice(list(CHANGES))](chance.choice(value.others))
        before, after = chance.choice(BEFORE), chance.choice(AFTER)
        answers.append((hidden[value], spoken, before + after, before + spoken + after))
    return answers


def test_no_hostile_answer_says_what_the_vault_hides() -> None:
    words = " ".join(word for entity in ENTITIES.values() for word in (entity.pl, entity.en))
    leaked: list[tuple[str, str, list[str]]] = []
    known: dict[tuple[frozenset[bytes], str], str] = {}
    for hidden, spoken, around, answer in hostile():
        if (hidden, answer) not in known:
            known[hidden, answer] = guard(RawText(answer), hidden, keys=KEYS, language="pl").text
        text = known[hidden, answer]
        if found := leaks(text, spoken, around + words):
            leaked.append((answer, text, found))
    assert leaked == [], sorted({(a[1], tuple(a[2])) for a in leaked})


def test_our_own_words_are_looked_over_by_the_hashes_alone() -> None:
    gate = Gate(KEYS)
    for value in VALUES:
        for other in value.others:
            for change in CHANGES.values():
                spoken = change(other)
                stopped = gate.stop(published(f"Odpowiedź: {spoken}."), hide(value), language="pl")
                assert stopped.text != f"Odpowiedź: {spoken}.", spoken


def test_what_nobody_hides_stays_the_very_same() -> None:
    gate = Gate(KEYS)
    text = published("Infolinia 801 123 123, pomoc@seans.example, ul. Długa 7. Napisze Anna Nowak.")
    assert gate.stop(text, frozenset(), language="pl") is text
    assert gate.stop(text, hide(VALUES[0]), language="pl") is text


def test_published_words_may_hold_what_a_customer_also_said() -> None:
    gate, hidden = Gate(KEYS), hide(Value("piszę na jan.kowalski@firma.example"))
    quote = "Pisz na jan.kowalski@firma.example."
    text = published(f"{quote}\nSprawa K7F-2QDA")
    assert gate.stop(text, hidden, quoted=(quote, "K7F-2QDA"), language="pl") is text
    assert gate.stop(text, hidden, quoted=("K7F-2QDA",), language="pl").text == "Pisz na [e-mail].\nSprawa K7F-2QDA"


def test_a_gate_does_not_grow() -> None:
    gate, hidden = Gate(KEYS), hide(VALUES[0])
    for n in range(REMEMBERED + 50):
        gate.stop(published(f"to {n}"), hidden, language="pl")
    assert len(gate.said) == REMEMBERED


def test_places_are_those_of_the_text() -> None:
    text = "tel. ５０１ 234 567, „Anny Kowalskiej”"
    said = {text[start:end] for start, end, _, lookup in find_places(text, KEYS) if lookup in hide(VALUES[2])}
    assert said >= {"５０１ 234 567"}
