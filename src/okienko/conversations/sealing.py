"""Into the vault: what masking took out of somebody's words, sealed with the person's key, with purpose and term."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from okienko.attachments.kinds import Checked
from okienko.conversations.store.arrivals import SealedItem
from okienko.conversations.store.attachments import PART, NewAttachment
from okienko.conversations.store.vault import SealedForm
from okienko.database.ids import new_id
from okienko.masking.forms import Form
from okienko.masking.keeping import KEEPING, expiry
from okienko.masking.mask import Vaulted
from okienko.masking.vault import seal, seal_part
from okienko.values import Brand, BrandId, ConversationId, PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealing:
    """Whose values are sealed, with what, and when."""

    key: bytes = field(repr=False)  # the person's, opened
    brand: Brand
    person: PersonId
    now: datetime

    def expiry(self, label: str) -> datetime:
        """When a value that is said now has had its time."""
        return expiry(label, now=self.now, keep_months=self.brand.keep_months)


def seal_values(values: Sequence[Vaulted], sealing: Sealing, *, conversation: ConversationId) -> list[SealedItem]:
    """Values that are new in a conversation."""
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
                    sealing.key,
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


def seal_forms(forms: Sequence[Form], sealing: Sealing) -> list[SealedForm]:
    """Values as an agent wrote them, for their customer alone."""
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
                    sealing.key,
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


def make_attachment(
    checked: Checked, *, conversation: ConversationId, person: PersonId, scanned: bool, now: datetime
) -> NewAttachment:
    """A checked file as it is about to be kept."""
    size = len(checked.body)
    return NewAttachment(
        id=new_id(now),
        conversation=conversation,
        person=person,
        type=checked.type,
        size=size,
        parts=-(-size // PART),
        scanned=scanned,
    )


def seal_file(key: bytes, brand: BrandId, new: NewAttachment, body: bytes) -> Iterator[bytes]:
    """A file's parts, sealed one after another."""
    view = memoryview(body)
    for part in range(new.parts):
        yield seal_part(
            key,
            view[part * PART : (part + 1) * PART],
            brand=brand,
            person=new.person,
            table="attachment_part",
            column="sealed",
            row=new.id,
            part=part,
            parts=new.parts,
        )
