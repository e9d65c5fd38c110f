"""Into the vault: what masking took out of somebody's words, sealed with the person's key, with purpose and term."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from okienko.conversations.store.arrivals import SealedItem
from okienko.conversations.store.vault import SealedForm
from okienko.database.ids import new_id
from okienko.keys import Keys
from okienko.masking.forms import Form
from okienko.masking.keeping import KEEPING, expiry
from okienko.masking.mask import Vaulted
from okienko.masking.vault import person_bound, seal
from okienko.values import Brand, ConversationId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Whose values are sealed, with what, and when."""

    keys: Keys
    brand: Brand
    person: PersonId
    now: datetime


def seal_values(
    values: Sequence[Vaulted], wrapped_key: bytes, sealing: Sealing, *, conversation: ConversationId
) -> list[SealedItem]:
    """Values that are new in a conversation. Raises `WrongKey` when the person's key does not open."""
    if not values:
        return []
    brand, person, now = sealing.brand, sealing.person, sealing.now
    key = sealing.keys.unwrap(wrapped_key, person_bound(brand=brand.id, person=person))
    items: list[SealedItem] = []
    for value in values:
        row = new_id(now)
        items.append(
            SealedItem(
                id=row,
                conversation=conversation,
                person=person,
                label=value.label,
                number=value.number,
                lookup=value.lookup,
                sealed=seal(
                    key, value.value, brand=brand.id, person=person, table="vault_item", column="sealed", row=row
                ),
                purpose=KEEPING[value.label].purpose,
                expires_at=expiry(value.label, now=now, keep_months=brand.keep_months),
            )
        )
    return items


def seal_forms(forms: Sequence[Form], wrapped_key: bytes, sealing: Sealing) -> list[SealedForm]:
    """Values as an agent wrote them, for their customer alone. Raises `WrongKey` when the key does not open."""
    if not forms:
        return []
    brand, person, now = sealing.brand, sealing.person, sealing.now
    key = sealing.keys.unwrap(wrapped_key, person_bound(brand=brand.id, person=person))
    sealed: list[SealedForm] = []
    for form in forms:
        row = new_id(now)
        sealed.append(
            SealedForm(
                id=row,
                place=form.place,
                label=form.label,
                number=form.number,
                sealed=seal(
                    key, form.value, brand=brand.id, person=person, table="vault_form", column="sealed", row=row
                ),
                expires_at=expiry(form.label, now=now, keep_months=brand.keep_months),
            )
        )
    return sealed
