"""What a customer reads: in an agent's words, placeholders become what the agent wrote.

This is the only place where sealed values are put back into a text. Two may ask for it, at the moment at which the
customer gets the words: `deliver`, and the customer's own window. The desk, search, logs and everybody else have the
text with its placeholders.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from okienko.conversations.store.vault import OwnForm
from okienko.keys import Keys, WrongKey
from okienko.masking.forms import put_back
from okienko.masking.vault import SealBroken, open_person_key, open_sealed
from okienko.values import BrandId, MaskedText, MessageId, RawText


async def resolve(text: MaskedText, forms: Sequence[OwnForm], *, keys: Keys, brand: BrandId) -> str:
    """The text as its customer reads it. A form that does not open any more leaves its placeholder."""
    opened: dict[int, RawText] = {}
    person_keys: dict[bytes, bytes] = {}
    for form in forms:
        try:
            if form.wrapped not in person_keys:
                person_keys[form.wrapped] = await open_person_key(keys, form.wrapped, brand=brand, person=form.person)
            opened[form.place] = open_sealed(
                person_keys[form.wrapped],
                form.sealed,
                brand=brand,
                person=form.person,
                table="vault_form",
                column="sealed",
                row=form.id,
            )
        except (SealBroken, WrongKey):
            continue
    return put_back(text, opened)


async def resolve_all(
    texts: Mapping[MessageId, MaskedText], forms: Sequence[OwnForm], *, keys: Keys, brand: BrandId
) -> dict[MessageId, str]:
    """Several messages; those without forms are left out."""
    by_message: dict[MessageId, list[OwnForm]] = {}
    for form in forms:
        by_message.setdefault(form.message, []).append(form)
    return {
        message: await resolve(texts[message], own, keys=keys, brand=brand)
        for message, own in by_message.items()
        if message in texts
    }
