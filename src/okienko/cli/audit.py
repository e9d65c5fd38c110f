"""`okienko audit`: the log of who changed or looked at what, and what is made of it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

import click

from okienko import auditing, missed
from okienko.audit import store
from okienko.audit.chain import Head
from okienko.audit.heads import SignedHead, public_key, sign, write_head
from okienko.auditing import Verdict, open_signing_key
from okienko.brands.store import read_brands
from okienko.cli.terminal import DAY, FILE, brand_option, data_option, read_settings, refuse, run
from okienko.commands import choose_brand
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.desk.audit.tell import tell_problem, write_moment
from okienko.keys import WrongKey
from okienko.opening import now, open_database, open_keys
from okienko.pack import make as packs
from okienko.settings import Settings
from okienko.web.i18n import words


@click.group("audit")
def audit_() -> None:
    """The log of who changed or looked at what."""


@audit_.command("verify")
@click.option("--heads", type=FILE, multiple=True, help="Signed heads from outside, besides OKIENKO_AUDIT_FILE.")
@click.option("--chain", type=FILE, help="A file of `okienko audit dump` instead of the database.")
@click.option("--public-key", "keys", multiple=True, metavar="HEX", help="Trust this key, too: an earlier one's.")
@data_option
def audit_verify(heads: tuple[Path, ...], chain: Path | None, keys: tuple[str, ...], data: Path | None) -> None:
    """Go over the whole log, say what is wrong at which entry, and fail if anything is."""
    chosen = read_settings(data)
    trusted = read_public_keys(keys)
    if chain is not None:
        verdict = verify_dumped_log(chain, heads, trusted)
    else:
        with open_database(chosen) as urls:
            verdict = run(verify_log(chosen, urls, heads, trusted))
    for problem in verdict.problems:
        click.echo(f"Entries {tell_problem(problem, words('en'), when=write_moment(problem.at))}")
    if verdict.foreign:
        click.echo(f"{verdict.foreign} heads are signed with a key that is not trusted here, and prove nothing.")
    click.echo(f"{verdict.entries} entries, compared with {verdict.heads} signed heads.", nl=False)
    click.echo(f" Up to entry {verdict.agreed} all is as it was signed." if verdict.agreed else "")
    sys.exit(1 if verdict.problems or verdict.foreign else 0)


def read_public_keys(keys: Sequence[str]) -> set[bytes]:
    """Public keys in hex digits. Raises `WrongKey`."""
    try:
        read = {bytes.fromhex(key) for key in keys}
    except ValueError:
        read = {b""}
    if any(len(key) != 32 for key in read):
        raise WrongKey("a public key has 64 hex digits; `okienko audit status` prints it")
    return read


async def verify_log(settings: Settings, urls: Urls, heads: Sequence[Path], trusted: set[bytes]) -> Verdict:
    """Goes over the audit log, with the heads in these files and in the one that the worker adds to."""
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = [brand.id for brand in await read_brands(connection)]
        return await auditing.verify_here(database, brands, settings, files=heads, trusted=trusted, now=now())


def verify_dumped_log(chain: Path, heads: Sequence[Path], trusted: set[bytes]) -> Verdict:
    """The same for a dump: with no database, and no key but the public one. Raises `WrongKey`, `Unreadable`."""
    known = [head for path in heads for head in auditing.read_heads_file(path)]
    if known and not trusted:
        raise WrongKey("say with --public-key whose signatures count; `okienko audit status` prints the key")
    with chain.open(encoding="utf-8") as lines:
        return auditing.verify_dump(lines, heads=known, trusted=trusted, now=now())


@audit_.command("dump")
@click.option("--out", type=click.File("w", encoding="utf-8", atomic=True), default="-", help="A file.")
@click.option("--chain-only", is_flag=True, help="Numbers, times and hashes alone: not who did what.")
@data_option
def audit_dump(out: TextIO, chain_only: bool, data: Path | None) -> None:
    """Write the log as JSON lines, for `okienko audit verify --chain` elsewhere."""
    with open_database(read_settings(data)) as urls:
        run(dump_log(urls, out.write, payloads=not chain_only))


async def dump_log(urls: Urls, write: Callable[[str], object], *, payloads: bool) -> None:
    """Hands the whole log over, line by line."""
    async with await Database.open(urls.app, size=2) as database:
        async with database.shared() as connection:
            brands = [brand.id for brand in await read_brands(connection)]
        async for line in auditing.dump(database, brands, payloads=payloads):
            write(line + "\n")


@audit_.command("heads")
@data_option
def audit_heads(data: Path | None) -> None:
    """Sign how far the log has got, and print all signed heads: to keep them where nobody here can change them."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        signed = run(sign_log(chosen, urls))
    for head in signed:
        click.echo(write_head(head))


async def sign_log(settings: Settings, urls: Urls) -> Sequence[SignedHead]:
    """Signs the audit log as it is now; all signed heads. Raises `WrongKey`."""
    secret = open_signing_key(settings)
    if secret is None:
        raise WrongKey('OKIENKO_KEYS_COMMAND prints no key to sign with: add "audit": "64 hex digits"')
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        last, end = await store.read_last_head(connection), await store.read_end(connection)
        if end is not None and (last is None or last[0] < end.number):
            await store.store_head(connection, sign(secret, Head(number=end.number, head=end.head, at=now())))
        return await store.read_heads(connection)


@audit_.command("pack")
@brand_option
@click.option("--from", "since", type=DAY, required=True, help="The first day.")
@click.option("--to", "until", type=DAY, required=True, help="The last day.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), required=True, help="A folder.")
@data_option
def audit_pack(brand: str | None, since: datetime, until: datetime, out: Path, data: Path | None) -> None:
    """Write who saw what, what the bot told whom from which article, and what is open: as a page and as JSON."""
    chosen = read_settings(data)
    if until < since:
        refuse("--to is before --from.")
    with open_database(chosen) as urls:
        body, page = run(make_pack(chosen, urls, slug=brand, since=since.date(), until=until.date()))
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (("pack.json", body), ("pack.html", page)):
        (out / name).write_text(text, "utf-8")
        click.echo(out / name)


async def make_pack(settings: Settings, urls: Urls, *, slug: str | None, since: date, until: date) -> tuple[str, str]:
    """Makes an audit pack of a brand: as JSON, and as a page in the brand's language."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        async with database.shared() as connection:
            brands = [one.id for one in await read_brands(connection)]
        verdict = await auditing.verify_here(database, brands, settings, now=now())
        pack = await packs.make_pack(
            database, brand, since=since, until=until, verdict=verdict, by=store.OPERATOR, now=now()
        )
    return pack.body, packs.write_page(pack.body, brand.language)


@audit_.command("sample")
@brand_option
@data_option
def audit_sample(brand: str | None, data: Path | None) -> None:
    """Read a random sample of stored messages for personal data that masking has missed: kinds and counts."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        sample = run(look_for_missed(chosen, urls, slug=brand))
    click.echo(f"{sample.messages} messages were read.")
    for label, detector, times in sample.kinds:
        click.echo(f"{times:>7}  {label} ({'detectors' if detector == 'first' else 'the vault'})")
    if sample.references:
        click.echo(f"Conversations: {', '.join(sample.references)}")


async def look_for_missed(settings: Settings, urls: Urls, *, slug: str | None) -> store.Sample:
    """Reads a sample of a brand's stored words for personal data that masking has missed."""
    async with await Database.open(urls.app, size=2) as database:
        brand = await choose_brand(database, slug)
        await missed.look(database, open_keys(settings), brand, now(), by=store.OPERATOR)
        async with database.brand(brand.id) as connection:
            return (await store.list_samples(connection, limit=1))[0]


@audit_.command("status")
@data_option
def audit_status(data: Path | None) -> None:
    """Say which key signs the log, how far it is signed, and where that is known outside."""
    chosen = read_settings(data)
    with open_database(chosen) as urls:
        status = run(read_log_status(chosen, urls))
    click.echo(f"Public key: {status.key or 'none; OKIENKO_KEYS_COMMAND prints no “audit”'}")
    click.echo(f"Entries: {status.entries}, signed up to {status.signed}")
    for place, number, at in status.anchored:
        click.echo(f"Outside ({place}): up to {number}, {write_moment(at)}")
    if not status.anchored:
        click.echo("Nothing has arrived outside: set OKIENKO_AUDIT_FILE or OKIENKO_AUDIT_URL.")


@dataclass(frozen=True, slots=True, kw_only=True)
class LogStatus:
    """How the audit log stands."""

    key: str | None  # the public one
    entries: int
    signed: int  # up to which entry
    anchored: Sequence[tuple[str, int, datetime]]  # where, up to which entry, since when


async def read_log_status(settings: Settings, urls: Urls) -> LogStatus:
    """How the audit log stands."""
    secret = open_signing_key(settings)
    async with await Database.open(urls.app, size=2) as database, database.shared() as connection:
        last, end = await store.read_last_head(connection), await store.read_end(connection)
        return LogStatus(
            key=None if secret is None else public_key(secret).hex(),
            entries=0 if end is None else end.number,
            signed=0 if last is None else last[0],
            anchored=await store.read_anchored(connection),
        )
