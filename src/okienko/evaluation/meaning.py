"""An encoder for measuring: the same rule as at work, asked without a hurry, and an error where it has no answer."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final, final

from okienko import embed, settings
from okienko.answers.index import Index
from okienko.answers.meaning.rule import list_missing, put_in
from okienko.encoders import Encoder, Vectors, fitted
from okienko.encoders.files import open_encoder
from okienko.encoders.vectors import pack
from okienko.http import Client
from okienko.settings import Settings
from okienko.values import Language, OperatorError

_SECONDS: Final = 120.0  # for a batch


class EncoderFailed(OperatorError):
    """The encoder that was to be measured has no vectors. Says why."""


@final
class _Blocking:
    """A server that is waited for, and that must answer."""

    def __init__(self, given: Settings) -> None:
        self._settings = given
        self.name = given.encoder_name
        self.languages: frozenset[Language] = frozenset()
        asyncio.run(self._ask(("okienko",)))  # a server that has none says so before anything is measured

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As a server's encoder has it."""
        return asyncio.run(self._ask(texts))

    async def _ask(self, texts: Sequence[str]) -> Vectors:
        async with Client() as http:
            remote = embed.open_encoder(self._settings, http)
            assert remote is not None
            self.languages = remote.languages
            found = await remote.encode(texts, seconds=_SECONDS)
        if isinstance(found, str):
            raise EncoderFailed(f"the encoder at {self._settings.encoder} has no vectors: {found}")
        return found


def choose(encoder: str, environ: Mapping[str, str], home: Path) -> Encoder | None:
    """`none`, the name of an encoder of this process, or a server's address, whose name and key the environment has.

    Raises `NoModel`, `WrongSetting` and `EncoderFailed`.
    """
    given = settings.read({**environ, "OKIENKO_ENCODER": encoder}, home)
    if given.encoder is None:
        return None
    return _Blocking(given) if "://" in given.encoder else open_encoder(given.encoder, given.data)


def fill(index: Index, encoder: Encoder) -> Index:
    """The index with all its vectors."""
    rule = fitted.choose(encoder.name)
    index = put_in(index, {}, encoder.languages, rule=rule)
    missing = list(list_missing(index).items())
    packed: dict[bytes, bytes] = {}
    for begin in range(0, len(missing), embed.BATCH):
        some = missing[begin : begin + embed.BATCH]
        packed |= zip([digest for digest, _ in some], pack(encoder.encode([text for _, text in some])), strict=True)
    return put_in(index, packed, encoder.languages, index, rule=rule)
