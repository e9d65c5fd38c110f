"""The whole rehearsal: a scratch copy, the evening as it was, at many times its load, and what came of it."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from pathlib import Path
from random import Random
from statistics import quantiles
from typing import Any, Final
from urllib.error import URLError
from urllib.parse import urlsplit
from urllib.request import urlopen
from uuid import UUID

from okienko.bench import bench
from okienko.bench import store as bench_store
from okienko.bench.load import Customer
from okienko.bench.questions import make_questions
from okienko.commands import import_articles
from okienko.database.embedded import EmbeddedPostgres
from okienko.database.ids import new_id
from okienko.database.migrate import migrate
from okienko.database.pool import LONGEST_WORK, Connection, Database
from okienko.database.urls import Urls
from okienko.evaluation.radar.stream import read_every_day
from okienko.incidents import store as incidents
from okienko.incidents.incident import LASTS, Incident
from okienko.keys import Keys
from okienko.opening import now
from okienko.radar import store as radar
from okienko.radar.typical import order_typical
from okienko.rehearsal import scratch, store
from okienko.rehearsal.evening import Cue, Written, make_cues, read_evening
from okienko.rehearsal.play import Play, Played
from okienko.values import BrandId, Language

SETTLED: Final = 12  # seconds after a start in which a worker does what can wait
LIVE: Final = 3.0  # seconds after a declaration from which on a conversation should hear of it
_MOST_EXAMPLES: Final = 60
_FOLLOW_UPS: Final = (  # what is written daily after an answer, in the example as well as in its past
    "a dlaczego?",
    "dziękuję",
    "nie rozumiem, proszę prościej",
    "to nie pomogło",
    "ok a ile to potrwa",
    "chcę rozmawiać z człowiekiem",
)
_NOTICE: Final[Mapping[Language, str]] = {
    "pl": "Wiemy o tej usterce i pracujemy nad nią. Nie trzeba nic robić.",
    "en": "We know of this fault and are working on it. There is nothing that you have to do.",
}


@dataclass(slots=True, kw_only=True)
class Declared:
    """What the radar noticed, and the incidents that were made of it. Moments are seconds since 1970."""

    noticed: dict[UUID, float] = field(default_factory=dict[UUID, float])  # the groups
    about: dict[UUID, bool] = field(
        default_factory=dict[UUID, bool]
    )  # whether most of its first members tell of the fault
    incidents: dict[UUID, UUID] = field(default_factory=dict[UUID, UUID])  # made of which group
    declared: dict[UUID, float] = field(default_factory=dict[UUID, float])
    versions: dict[UUID, int] = field(default_factory=dict[UUID, int])
    examples: dict[UUID, int] = field(default_factory=dict[UUID, int])


def read_example() -> list[Written]:
    """The invented evening that comes with okienko."""
    return read_evening((files("okienko.rehearsal") / "evening.jsonl").read_text("utf-8").splitlines())


def rehearse(
    evening: Sequence[Written],
    *,
    times: int,
    copy: scratch.Copy | None,
    calm_seconds: float,
    declaring: bool,
    say: Callable[[str], None],
) -> dict[str, Any]:
    """All figures, by name; waits in milliseconds. `copy`: None is the demo's Kramik with an invented past.

    `declaring`: an incident is made of what the radar notices, without anybody's help, to see what becomes of the rest.
    """
    with (
        tempfile.TemporaryDirectory(prefix="okienko-rehearsal-") as folder,
        EmbeddedPostgres.start(Path(folder) / "data") as server,
    ):
        migrate(server.urls.owner, now=now())
        keys = Keys.open(Path(folder) / "keys")
        say("Making a scratch copy …")
        brand, titles = asyncio.run(_furnish(server, keys, copy))
        port = bench.find_port()
        place = {
            "OKIENKO_DATA": str(Path(folder) / "data"),
            "OKIENKO_KEYS": str(Path(folder) / "keys"),
            "OKIENKO_MESSAGES_PER_MINUTE": "0",
            "OKIENKO_MESSAGES_PER_DAY": "0",
        }
        with (
            bench.run_okienko("serve", "--port", str(port), environ=place),
            bench.run_okienko("work", environ=place),
        ):
            bench.wait_for(lambda: _is_well(port), 60)
            time.sleep(SETTLED)
            stage = _Stage(urls=server.urls, keys=keys, brand=brand, port=port, titles=titles)
            return asyncio.run(stage.play(evening, times, calm_seconds, declaring, say))


@dataclass(slots=True, kw_only=True)
class _Stage:
    urls: Urls
    keys: Keys
    brand: BrandId
    port: int
    titles: Sequence[str]

    async def play(
        self, evening: Sequence[Written], times: int, calm_seconds: float, declaring: bool, say: Callable[[str], None]
    ) -> dict[str, Any]:
        """Both plays, and what became of everybody."""
        figures: dict[str, Any] = {"messages": len(evening), "times": times}
        calm = self._fill(make_cues(evening, times=1, seconds=calm_seconds))
        say(f"As it was: {len(calm)} messages in {calm_seconds:.0f} s …")
        played, _ = await self._play(calm, await self._begin(calm))
        figures |= {f"x1_{name}": value for name, value in _tell_waits(played).items()}
        cues = self._fill(make_cues(evening, times=times))
        say(f"{times} times: {len(cues)} messages in {cues[-1].due:.0f} s …")
        began = time.time()
        declared = Declared()
        customers = await self._begin(cues)
        about = {UUID(customers[cue.conversation].conversation) for cue in cues if cue.about is not None}
        watching = asyncio.create_task(self._watch(declared, about, declaring=declaring, say=say))
        played, outcomes = await self._play(cues, customers)
        watching.cancel()
        figures |= {f"x{times}_{name}": value for name, value in _tell_waits(played).items()}
        async with await Database.open(self.urls.app, size=1) as database, database.brand(self.brand) as connection:
            found = await bench_store.check(connection)
        figures["lost"] = found.unanswered + found.unsent
        figures["doubled"] = found.answered_twice
        figures |= _tell_outcomes(outcomes)
        if about:
            figures |= _tell_fault(about, outcomes, played, declared, began=began)
        calm_max, busy_max = figures["x1_wait_ms_max"], figures[f"x{times}_wait_ms_max"]
        figures["longest_wait_more_ms"] = round(busy_max - calm_max, 1)
        return figures

    def _fill(self, cues: Sequence[Cue]) -> list[Cue]:
        """Something in the place of words that might not be exported."""
        texts = make_questions(self.titles or ["pytanie"], 200, Random(7))  # noqa: S311 - the same every time
        return [cue if cue.text else replace(cue, text=texts[n % len(texts)]) for n, cue in enumerate(cues)]

    async def _begin(self, cues: Sequence[Cue]) -> Mapping[str, Customer]:
        languages: dict[str, Language] = {cue.conversation: cue.language for cue in cues}
        return await scratch.begin(self.urls, self.keys, self.brand, languages)

    async def _play(
        self, cues: Sequence[Cue], customers: Mapping[str, Customer]
    ) -> tuple[Played, Sequence[store.Became]]:
        path = f"/hooks/webchat/{bench.DOOR}"
        play = Play(port=self.port, path=path, database=self.urls.app, customers=customers)
        played = await play.run(cues)
        await asyncio.sleep(1)
        ids = [UUID(customer.conversation) for customer in customers.values()]
        async with (
            await Database.open(self.urls.app, size=1) as database,
            database.brand(self.brand, longest=LONGEST_WORK) as connection,
        ):
            return played, await store.read_outcomes(connection, ids)

    async def _watch(
        self, declared: Declared, about: Collection[UUID], *, declaring: bool, say: Callable[[str], None]
    ) -> None:
        """Looks at the radar each second, as somebody at the desk would look at its page; declares what is there."""
        async with await Database.open(self.urls.app, size=1) as database:
            while True:
                async with database.brand(self.brand) as connection:
                    for group in await radar.list_groups(connection, now() - timedelta(hours=1)):
                        members = await radar.list_members(connection, group.id, limit=500)
                        if group.id not in declared.noticed and members:
                            of_fault = sum(member.left.conversation in about for member in members)
                            declared.noticed[group.id] = time.time()
                            declared.about[group.id] = 2 * of_fault > len(members)
                            say(f"The radar has noticed something that {group.people} people ask.")
                        if declaring and members:
                            await self._declare(connection, group, members, declared)
                await asyncio.sleep(1)

    async def _declare(
        self, connection: Connection, group: radar.Group, members: Sequence[radar.Member], declared: Declared
    ) -> None:
        """An incident of a group's messages; once it has doubled, another version of it that knows more of them."""
        words = await radar.read_words(connection, [member.left for member in members])
        said = list(dict.fromkeys(words[one].message.text for one in words))
        texts = [said[n] for n in order_typical(said)][:_MOST_EXAMPLES]
        if len(texts) < 2 * declared.examples.get(group.id, 0) or not texts:
            return
        incident = _make_incident(texts, group.began_at)
        at = now()
        known = declared.incidents.get(group.id)
        if known is None:
            declared.incidents[group.id] = known = new_id(at)
            await incidents.declare(connection, self.brand, incident, id_=known, staff_id=None, now=at)
            declared.declared[group.id] = time.time()
        else:
            latest, *_ = await incidents.read_versions(connection, self.brand, known)
            version = await incidents.save(
                connection, self.brand, known, incident, base=latest.base, staff_id=None, now=at
            )
            if version is not None:
                await incidents.go_live(connection, self.brand, known, (version, 1), now=at)
        declared.examples[group.id] = len(texts)
        declared.versions[group.id] = declared.versions.get(group.id, 0) + 1


def _make_incident(texts: Sequence[str], began: datetime) -> Incident:
    return Incident(
        broke=texts[0][:300],
        since=began.astimezone(UTC),
        until=now() + LASTS,
        notice=_NOTICE,
        examples=[" ".join(text.split())[:500] for text in texts],
    )


async def _furnish(server: EmbeddedPostgres, keys: Keys, copy: scratch.Copy | None) -> tuple[BrandId, Sequence[str]]:
    if copy is None:
        drafts = bench.read_drafts(None)
        brand, _, _ = await import_articles(server.urls, drafts, "rehearsal", "pl", lambda _done, _total: None)
        id_, titles = brand.id, [draft.title for draft in drafts]
        said = read_every_day()
        texts = [text for matter in sorted(said) for text in said[matter]]
        texts += [*_FOLLOW_UPS] * (len(texts) // 4 // len(_FOLLOW_UPS))
        past = scratch.draw_past(texts, until=now(), hourly=6, seed=1)
    else:
        scratch.write_brand(_with_all_rights(server), copy)
        id_, past = copy.brand, copy.past
        titles = [str(row.get("title", "")) for row in copy.rows["article_version"]]
    await scratch.open_door(server.urls, keys, id_)
    await scratch.live_through(server.urls, keys, id_, past)
    return id_, titles


def _with_all_rights(server: EmbeddedPostgres) -> str:
    """The scratch database itself, for the one role that may leave triggers out."""
    return urlsplit(server.superuser)._replace(path=urlsplit(server.urls.owner).path).geturl()


def _tell_waits(played: Played) -> dict[str, Any]:
    waits = sorted(played.waits)
    cut = quantiles(waits, n=100, method="inclusive") if len(waits) > 1 else [0.0] * 99
    return {
        "messages": played.sent,
        "wait_ms_p50": round(cut[49] * 1000, 1),
        "wait_ms_p95": round(cut[94] * 1000, 1),
        "wait_ms_p99": round(cut[98] * 1000, 1),
        "wait_ms_max": round(max(waits, default=0.0) * 1000, 1),
        "unanswered": played.unanswered,
        "refused": played.refused,
    }


def _tell_outcomes(outcomes: Sequence[store.Became]) -> dict[str, Any]:
    return {
        "conversations": len(outcomes),
        "answered_by_incident": sum(one.incident for one in outcomes),
        "answered_by_scenario": sum(one.scenario for one in outcomes),
        "answered_by_article": sum(one.article for one in outcomes),
        "offered_articles": sum(one.offered for one in outcomes),
        "handed_over": sum(one.handed_over for one in outcomes),
    }


def _tell_fault(
    about: Collection[UUID], outcomes: Sequence[store.Became], played: Played, declared: Declared, *, began: float
) -> dict[str, Any]:
    """Of a file that says what tells of a fault: how soon it was noticed, and who heard of the incident."""
    first = min(played.began[one] for one in about if one in played.began)
    right = [group for group, is_about in declared.about.items() if is_about]
    noticed = min((declared.noticed[group] for group in right), default=None)
    since = min((declared.declared[group] for group in right if group in declared.declared), default=None)
    live = None if since is None else since + LIVE
    after = [one for one in outcomes if live is not None and played.began.get(one.conversation, 0.0) >= live]
    of_fault = [one.incident for one in after if one.conversation in about]
    others = [one.incident for one in after if one.conversation not in about]
    return {
        "fault_began_s": round(first - began, 1),
        "fault_conversations": len(about),
        "noticed_after_s": None if noticed is None else round(noticed - first, 1),
        "groups_about_it": len(right),
        "other_groups": len(declared.about) - len(right),
        "incident_versions": sum(declared.versions.values()),
        "fault_after_declared": len(of_fault),
        "fault_heard_of_it": round(sum(of_fault) / len(of_fault), 4) if of_fault else None,
        "others_after_declared": len(others),
        "others_heard_of_it": round(sum(others) / len(others), 4) if others else None,
    }


def _is_well(port: int) -> bool | None:
    try:
        with urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10):
            return True
    except (URLError, ConnectionError):
        return None
