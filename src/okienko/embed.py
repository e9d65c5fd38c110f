"""An optional encoder at work: articles' vectors made in the background, questions' vectors asked for in time.

Nothing waits for it. An encoder that is slow, away, or made for another language leaves words alone to answer. One that
is a server gets published passages and masked words, which pass the look for personal data on their way out, and every
call about a customer's words is recorded without them.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol, final

import numpy as np
import psycopg
import structlog

from okienko.answers.answer import read_texts
from okienko.answers.index import Index
from okienko.answers.meaning import store
from okienko.answers.meaning.rule import Heard, compare, list_missing, put_in
from okienko.answers.model.store import Call, Outcome, record
from okienko.answers.text import leave_out_placeholders
from okienko.database.ids import new_id
from okienko.database.pool import LONGEST_WORK, Database, DatabaseAway
from okienko.encoders import Encoder, Vectors, files, fitted
from okienko.encoders.embeddings import MOST_BYTES, MOST_TEXTS, NotVectors, read_vectors, write_body
from okienko.encoders.vectors import TooMany, pack
from okienko.http import Streaming
from okienko.keys import Keys
from okienko.log import describe
from okienko.masking.egress import guard
from okienko.masking.mask import MaskingFailed
from okienko.routing.features import guess_language, read_words
from okienko.settings import Settings, read_key
from okienko.turn import what_is_asked
from okienko.values import Brand, BrandId, Clock, Holder, HttpCall, Language, MaskedText, RawText, Situation, Unsure
from okienko.web.i18n import LANGUAGES

log = structlog.get_logger()

FAILURES: Final = 3  # in a row; then nobody waits for the encoder for a while
REST: Final = 30.0  # seconds
BATCH: Final = 16  # texts of articles at once: about a second of one core
PATIENCE: Final = 60.0  # seconds for such a batch
_BOTH: Final[frozenset[Language]] = frozenset({"pl", "en"})


class WaitingEncoder(Protocol):
    """An encoder that is waited for, and that may have no answer. Every kind of encoder becomes one of these."""

    @property
    def name(self) -> str:
        """Vectors of different names do not compare."""
        ...

    @property
    def languages(self) -> frozenset[Language]:
        """What it was made for; texts in others are not given to it."""
        ...

    @property
    def leaves(self) -> bool:
        """Whether texts leave this machine for it."""
        ...

    async def encode(self, texts: Sequence[str], *, seconds: float) -> Vectors | Outcome:
        """`float32[len(texts), dimensions]`, rows of length 1; else why there are none in `seconds`, all in all."""
        ...


@final
class Local:
    """An encoder of this process, at work beside the event loop."""

    leaves: bool = False

    def __init__(self, encoder: Encoder) -> None:
        self.name = encoder.name
        self.languages = encoder.languages
        self.encoder = encoder

    async def encode(self, texts: Sequence[str], *, seconds: float) -> Vectors | Outcome:
        """What it has begun it ends, though nobody may wait for it any more."""
        try:
            async with asyncio.timeout(seconds):
                return await asyncio.to_thread(self.encoder.encode, texts)
        except TimeoutError:
            return "slow"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """An encoder that answers at `url`/embeddings."""

    url: str
    name: str
    key: str | None = field(default=None, repr=False)
    languages: frozenset[Language] = _BOTH  # what its operator says that it was made for


@final
class Remote:
    """A server of vectors: any OpenAI-compatible `/v1/embeddings`."""

    leaves: bool = True

    def __init__(self, server: Server, http: Streaming) -> None:
        self.name = server.name
        self.languages = server.languages
        self._server = server
        self._http = http

    async def encode(self, texts: Sequence[str], *, seconds: float) -> Vectors | Outcome:
        """In as many calls as it takes, one after another."""
        found: list[Vectors] = []
        try:
            async with asyncio.timeout(seconds):
                for start in range(0, len(texts), MOST_TEXTS):
                    part = texts[start : start + MOST_TEXTS]
                    body = await self._ask(part)
                    if not isinstance(body, bytes):
                        return body
                    found.append(read_vectors(body, len(part)))
        except TimeoutError:
            return "slow"
        except NotVectors:
            return "garbled"
        return np.concatenate(found) if len({rows.shape[1] for rows in found}) == 1 else "garbled"

    async def _ask(self, texts: Sequence[str]) -> bytes | Outcome:
        headers = {"content-type": "application/json"}
        if self._server.key is not None:
            headers["authorization"] = f"Bearer {self._server.key}"
        body = bytearray()

        def take(piece: bytes) -> bool:
            body.extend(piece)
            return len(body) <= MOST_BYTES

        call = HttpCall(url=f"{self._server.url}/embeddings", headers=headers, body=write_body(self.name, texts))
        status = await self._http.stream(call, take)
        if isinstance(status, Unsure) and not body:  # most likely a connection that the server had closed meanwhile
            status = await self._http.stream(call, take)
        if status != 200:
            return "down"
        return bytes(body) if len(body) <= MOST_BYTES else "huge"


def open_encoder(settings: Settings, http: Streaming) -> WaitingEncoder | None:
    """The operator's encoder, if there is one. Raises `NoModel`, or `WrongSetting` when its key cannot be read."""
    if settings.encoder is None:
        return None
    if "://" not in settings.encoder:
        return Local(files.open_encoder(settings.encoder, settings.data))
    server = Server(
        url=settings.encoder,
        name=settings.encoder_name,
        key=read_key("encoder", settings.encoder_key, settings.encoder_key_file),
        languages=frozenset(language for language in LANGUAGES if language in settings.encoder_languages),
    )
    return Remote(server, http)


def hear(index: Index, encoder: Encoder | None, question: MaskedText, language: Language) -> Heard:
    """What a question means to an encoder of this process, at once; nothing in a language that it was not made for."""
    texts = read_texts(question)
    if encoder is None or not texts or guess_language(read_words(question.text), language) not in encoder.languages:
        return {}
    return dict(zip(texts, compare(index, encoder.encode(texts)), strict=True))


@final
class Meaning:
    """The encoder at work for all brands."""

    def __init__(
        self,
        encoder: WaitingEncoder,
        database: Database,
        keys: Keys,
        clock: Clock,
        *,
        seconds: float,
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """`seconds`: how long the questions of one batch of turns wait, all in all."""
        self.encoder = encoder
        self._rule = fitted.choose(encoder.name)
        self._database = database
        self._keys = keys
        self._clock = clock
        self._seconds = seconds
        self._pause = pause
        self._failures = 0
        self._rests_until = 0.0

    # articles ---------------------------------------------------------------------------------------------------------

    async def attach(self, brand_id: BrandId, index: Index, previous: Index | None) -> Index:
        """The index with the vectors that are kept already, if the brand wants any. Raises `DatabaseAway`."""
        async with self._database.brand(brand_id, longest=LONGEST_WORK) as connection:
            if not await store.is_on(connection):
                return index
            try:
                index = await asyncio.to_thread(put_in, index, {}, self.encoder.languages, previous, rule=self._rule)
                missing = list(list_missing(index))
                packed = await store.read_vectors(connection, self.encoder.name, missing)
                return await asyncio.to_thread(put_in, index, packed, self.encoder.languages, index, rule=self._rule)
            except TooMany:
                log.warning("too_many_passages", brand=str(brand_id))
                return index

    async def learn(self, brand_id: BrandId, index: Index) -> Index | None:
        """The same index with all its vectors; None when it had them already.

        It takes as long as it takes: after each batch it leaves the processor alone for as long as that took, and while
        the encoder or the database is away it tries again. Processes that learn the same begin in different places, and
        pass over what another has done.
        """
        missing = list_missing(index)
        if not missing:
            return None
        ours = os.urandom(16)
        order = sorted(missing, key=lambda digest: (digest < ours, digest))
        packed: dict[bytes, bytes] = {}
        while len(packed) < len(order):
            batch = order[len(packed) : len(packed) + BATCH]
            try:
                packed |= await self._learn_some(brand_id, {digest: missing[digest] for digest in batch})
            except psycopg.errors.ForeignKeyViolation:  # the brand is gone
                return None
            except (DatabaseAway, psycopg.Error, _NoVectors) as error:
                log.warning("meaning_waits", brand=str(brand_id), seconds=REST, **describe(error))
                await self._pause(REST)
        index = await asyncio.to_thread(put_in, index, packed, self.encoder.languages, index, rule=self._rule)
        used = [digest for table in index.tables.values() for digest in table.places]
        try:
            async with self._database.brand(brand_id, longest=LONGEST_WORK) as connection:
                await store.forget_vectors(connection, self.encoder.name, used)
        except (DatabaseAway, psycopg.Error) as error:  # the next one who learns drops them, too
            log.warning("vectors_not_dropped", brand=str(brand_id), **describe(error))
        log.info("meaning_learnt", brand=str(brand_id), count=len(packed))
        return index

    async def _learn_some(self, brand_id: BrandId, texts: Mapping[bytes, str]) -> dict[bytes, bytes]:
        async with self._database.brand(brand_id) as connection:
            found = await store.read_vectors(connection, self.encoder.name, list(texts))
        rest = [digest for digest in texts if digest not in found]
        if not rest:
            return found
        began = _now()
        vectors = await self._encode([texts[digest] for digest in rest], PATIENCE)
        if isinstance(vectors, str):
            raise _NoVectors
        took = _now() - began
        fresh = dict(zip(rest, pack(vectors), strict=True))
        async with self._database.brand(brand_id) as connection:
            await store.keep_vectors(connection, self.encoder.name, fresh)
        await self._pause(took)
        return found | fresh

    # questions --------------------------------------------------------------------------------------------------------

    async def hear(self, brand: Brand, index: Index, situations: Sequence[Situation]) -> Heard:
        """What these customers ask means to the index's articles, as far as the encoder can say in time.

        Raises nothing but its cancellation.
        """
        if not index.tables or _now() < self._rests_until:
            return {}
        sent: dict[str, str] = {}  # as it is looked up → as the encoder reads it
        asked: list[Situation] = []
        for situation in situations:
            texts = self._read(brand, situation)
            if texts:
                asked.append(situation)
                sent |= texts
        if not sent:
            return {}
        distinct = list(dict.fromkeys(sent.values()))
        began = _now()
        vectors = await self._encode(distinct, self._seconds)
        self._note(failed=isinstance(vectors, str))
        if self.encoder.leaves:
            await self._record(brand, asked, "used" if not isinstance(vectors, str) else vectors, _now() - began)
        if isinstance(vectors, str):
            return {}
        found = dict(zip(distinct, await asyncio.to_thread(compare, index, vectors), strict=True))
        return {text: found[read] for text, read in sent.items()}

    def _read(self, brand: Brand, situation: Situation) -> dict[str, str]:
        """The texts of a turn that will be looked up, as the encoder may read them."""
        asked = what_is_asked(situation)
        if asked is None or situation.holder is not Holder.BOT or situation.closed:
            return {}
        if guess_language(read_words(asked.text), situation.language) not in self.encoder.languages:
            return {}
        texts = read_texts(asked)
        if not self.encoder.leaves:
            return {one: one for one in texts}
        if situation.sensitive:  # words about health and the like do not leave, masked or not
            return {}
        return self._guard(brand, situation, texts) if texts else {}

    def _guard(self, brand: Brand, situation: Situation, texts: Sequence[str]) -> dict[str, str]:
        """The whole of a question as it may leave, and its parts where nothing had to be taken out of the whole."""
        whole = texts[0]
        try:
            guarded = guard(
                RawText(whole),
                situation.hidden,
                keys=self._keys,
                language=situation.language,
                allowed=brand.allowed,
                denied=brand.denied,
            )
        except MaskingFailed:
            return {}
        if guarded.text == whole:
            return {one: one for one in texts}
        return {whole: leave_out_placeholders(guarded.text)}

    async def _encode(self, texts: Sequence[str], seconds: float) -> Vectors | Outcome:
        try:
            return await self.encoder.encode(texts, seconds=seconds)
        except Exception as error:  # noqa: BLE001 - whatever broke, words alone answer
            log.error("encoder_broke", **describe(error))
            return "down"

    async def _record(self, brand: Brand, asked: Sequence[Situation], outcome: Outcome, seconds: float) -> None:
        now = self._clock()
        try:
            async with self._database.brand(brand.id) as connection:
                for situation in asked:
                    call = Call(
                        id=new_id(now),
                        conversation=situation.conversation,
                        answers=situation.arrived,
                        purpose="meaning",
                        model=self.encoder.name,
                        read_tokens=0,
                        written_tokens=0,
                        cost=0,
                        ms=round(1000 * seconds),
                        outcome=outcome,
                        reason=None,
                        at=now,
                    )
                    await record(connection, call)
        except (DatabaseAway, psycopg.Error) as error:
            log.warning("call_not_recorded", **describe(error))

    def _note(self, *, failed: bool) -> None:
        self._failures = self._failures + 1 if failed else 0
        if self._failures >= FAILURES:
            self._failures, self._rests_until = 0, _now() + REST
            log.warning("encoder_rests", seconds=REST)


class _NoVectors(Exception):
    """The encoder had none in time."""


def _now() -> float:
    """The loop's clock: budgets of seconds are about real time, whatever the calendar's clock says."""
    return asyncio.get_running_loop().time()
