"""What is sealed opens in its own place with its own key, and nowhere else."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from okienko.masking.vault import SealBroken, new_person_key, open_part, open_sealed, seal, seal_part
from okienko.values import RawText

KEY = new_person_key(bytes(range(32)))
PLACE: dict[str, Any] = {
    "brand": UUID(int=1),
    "person": UUID(int=2),
    "table": "vault_item",
    "column": "sealed",
    "row": UUID(int=3),
}
VALUE = "jan@poczta.example"


@pytest.mark.parametrize("value", [VALUE, "", "żółw 🐢", "\ud800", "x" * 10_000])
def test_a_sealed_value_comes_back_as_raw_text(value: str) -> None:
    sealed = seal(KEY, RawText(value), **PLACE)
    assert len(sealed) == 12 + len(value.encode("utf-8", "surrogatepass")) + 16
    assert open_sealed(KEY, sealed, **PLACE).reveal() == value


def test_sealing_twice_differs() -> None:
    assert seal(KEY, RawText(VALUE), **PLACE) != seal(KEY, RawText(VALUE), **PLACE)


@pytest.mark.parametrize(
    "moved",
    [
        {"brand": UUID(int=9)},
        {"person": UUID(int=9)},
        {"table": "identity"},
        {"column": "lookup"},
        {"row": UUID(int=9)},
        {"brand": UUID(int=2), "person": UUID(int=1)},
        {"table": "vault", "column": "item sealed"},
    ],
)
def test_a_sealed_value_does_not_open_in_another_place(moved: dict[str, Any]) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, seal(KEY, RawText(VALUE), **PLACE), **(PLACE | moved))


def test_a_sealed_value_does_not_open_with_another_key() -> None:
    with pytest.raises(SealBroken):
        open_sealed(bytes(32), seal(KEY, RawText(VALUE), **PLACE), **PLACE)


@pytest.mark.parametrize("place", [0, 11, 12, 20, -16, -1])
def test_one_flipped_bit_breaks_the_seal(place: int) -> None:
    sealed = bytearray(seal(KEY, RawText(VALUE), **PLACE))
    sealed[place] ^= 1
    with pytest.raises(SealBroken) as broken:
        open_sealed(KEY, bytes(sealed), **PLACE)
    assert VALUE not in str(broken.value)
    assert broken.value.__suppress_context__


@pytest.mark.parametrize("sealed", [b"", b"x", b"x" * 11, b"x" * 12, b"x" * 27, b"x" * 60])
def test_what_is_no_seal_breaks(sealed: bytes) -> None:
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed, **PLACE)


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_persons_key_needs_32_bytes(size: int) -> None:
    with pytest.raises(ValueError, match="32"):
        new_person_key(bytes(size))


FILE = bytes(range(256)) * 5


@pytest.mark.parametrize("moved", [{"part": 0}, {"part": 2}, {"parts": 2}, {"parts": 4}, {"row": UUID(int=9)}])
def test_a_part_opens_as_itself_and_as_no_other(moved: dict[str, Any]) -> None:
    place: dict[str, Any] = {**PLACE, "part": 1, "parts": 3}
    sealed = seal_part(KEY, FILE, **place)
    assert open_part(KEY, sealed, **place) == FILE
    with pytest.raises(SealBroken):
        open_part(KEY, sealed, **(place | moved))
    with pytest.raises(SealBroken):
        open_sealed(KEY, sealed, **PLACE)
