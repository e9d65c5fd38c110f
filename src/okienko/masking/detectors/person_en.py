"""Names of people that English words announce: `Mr`, `my name is`, `my husband`, `account holder:`, `regards`.

What counts as a name is decided in `okienko.masking.names`; here stand the English words that announce one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from okienko.masking.detector import Detector, Hit
from okienko.masking.names.grammar import LABEL, Cue, Language, people
from okienko.masking.reading import Reading

_WORDS: Final = {
    Cue.TITLE: """
        mr mrs ms miss mister mx sir madam madame mme lord lady dame
    """,
    Cue.OFFICE: """
        dr doctor prof professor rev reverend father captain agent courier driver advisor adviser
        representative rep operator manager supervisor assistant technician engineer nurse attorney lawyer
        officer colleague consultant
    """,
    Cue.KIN: """
        husband wife son daughter mother father mum mom mummy dad daddy brother sister grandmother
        grandfather grandma grandpa granddaughter grandson aunt uncle niece nephew cousin fiance fiancee
        partner boyfriend girlfriend friend flatmate roommate neighbour neighbor boss kid baby stepson
        stepdaughter spouse landlord tenant coworker dog
    """,
    Cue.LABELS: """
        holder cardholder recipient addressee sender attn attention payee beneficiary passenger guest owner
        client contact signed applicant policyholder subscriber buyer seller tenant patient member fao
        behalf payer surname
    """,
    Cue.NAMES: """
        name names named surname forename
    """,
    Cue.CLOSES: """
        regards sincerely faithfully best cheers thank thanks thx wishes yours respectfully cordially thankyou
        appreciated love
    """,
    Cue.GREETS: """
        hi hello hey dear hiya morning afternoon evening
    """,
    Cue.INTRODUCES: """
        am m im is here
    """,
    Cue.LINK: """
        is of my the our your s kind kindest best warm many very first last full customer account in
        and reads was called you so much again lot a
    """,
}

ENGLISH: Final = Language(
    cues={word: cue for cue, words in reversed(_WORDS.items()) for word in words.split()},
    after={"am": frozenset("i"), "m": frozenset("i"), "is": frozenset(("this", "it", "name"))},
    by_form=False,
)


def find(reading: Reading) -> Iterator[Hit]:
    return people(reading, ENGLISH)


DETECTOR: Final = Detector(
    label=LABEL,
    find=find,
    yes=(
        ("My name is Nguyen Thi Lan and", ("Nguyen Thi Lan",)),
        ("Mr Okonkwo-Smythe called", ("Okonkwo-Smythe",)),
        ("this is Priya speaking", ("Priya",)),
        ("Where is it?\nRegards,\nJohn", ("John",)),
        ("account holder: Maria de la Cruz", ("Maria de la Cruz",)),
        ("on behalf of my husband Declan McDonald", ("Declan McDonald",)),
    ),
    no=(
        "It will arrive in May, I hope",
        "I am sorry, it is 601156759 and it works",
        "My name is missing on the invoice",
        "Kind regards to the whole team",
        "Price and Page are shown in the app",
    ),
)
