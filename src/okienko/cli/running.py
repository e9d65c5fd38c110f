"""What `okienko serve`, `work` and `demo` do in an open database. It imports nearly everything."""

from __future__ import annotations

import secrets

from okienko.commands import public_address
from okienko.database.ids import new_id
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.demo import load as demo
from okienko.opening import now, open_keys
from okienko.settings import Settings
from okienko.staff import passwords
from okienko.staff import store as staff_store
from okienko.start import Parts
from okienko.start import run as start

__all__ = ["Parts", "invite_first", "prepare_demo", "public_address", "start"]


async def invite_first(settings: Settings, urls: Urls) -> str | None:
    """The link for the first administrator; None when somebody can sign in already."""
    async with await Database.open(urls.app, size=2) as database:
        token = secrets.token_urlsafe(32)
        async with database.shared() as connection:
            invited = await staff_store.invite_first(
                connection, staff_id=new_id(now()), token_hash=passwords.hash_token(token), now=now()
            )
    return passwords.make_link(public_address(settings), token) if invited else None


async def prepare_demo(settings: Settings, urls: Urls, *, reset: bool) -> tuple[demo.Loaded, str | None]:
    """Loads the demo's world where it is missing; what there is, and a link that signs in at the desk once."""
    async with await Database.open(urls.app, size=4) as database:
        keys = open_keys(settings)
        site = public_address(settings)
        loaded = await demo.load(database, keys, now=now(), site=site, reset=reset)
        return loaded, await demo.invite(database, now=now(), site=site)
