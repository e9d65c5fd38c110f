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

    def open_key(self, wrapped: bytes) -> bytes:
        """The person's key. Raises `WrongKey` when it does not open."""
        return self.keys.unwrap(wrapped, person_bound(brand=self.brand.id, person=self.person))

    def expiry(self, label: str) -> datetime:
        """When a value that is said now has had its time."""
        return expiry(label, now=self.now, keep_months=self.brand.keep_months)


def seal_values(
    values: Sequence[Vaulted], wrapped_key: bytes, sealing: Sealing, *, conversation: ConversationId
) -> list[SealedItem]:
    """Values that are new in a conversation. Raises `WrongKey` when the person's key does not open."""
    if not values:
        return []
    key = sealing.open_key(wrapped_key)
    items: list[SealedItem] = []
    for value in values:
        row = new_id(sealing.now)
        items.append(
            SealedItem(
                id=row,
                conversation=conversation,
                person=sealing.person,
                label=value.label,
                number=value.number,
                lookup=value.lookup,
                sealed=seal(
                    key,
                    value.value,
                    brand=sealing.brand.id,
                    person=sealing.person,
                    table="vault_item",
                    column="sealed",
                    row=row,
                ),
                purpose=KEEPING[value.label].purpose,
                expires_at=sealing.expiry(value.label),
            )
        )
    return items


def seal_forms(forms: Sequence[Form], wrapped_key: bytes, sealing: Sealing) -> list[SealedForm]:
    """Values as an agent wrote them, for their customer alone. Raises `WrongKey` when the key does not open."""
    if not forms:
        return []
    key = sealing.open_key(wrapped_key)
    sealed: list[SealedForm] = []
    for form in forms:
        row = new_id(sealing.now)
        sealed.append(
            SealedForm(
                id=row,
                place=form.place,
                label=form.label,
                number=form.number,
                sealed=seal(
                    key,
                    form.value,
                    brand=sealing.brand.id,
                    person=sealing.person,
                    table="vault_form",
                    column="sealed",
                    row=row,
                ),
                expires_at=sealing.expiry(form.label),
            )
        )
    return sealed
