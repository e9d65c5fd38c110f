"""SQL of the sandbox's doors: connections of a brand that lead here, opened while it runs and closed when it stops."""

from __future__ import annotations

import os
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

import orjson
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from okienko.audit import store as audit
from okienko.brands.store import SealedDoor, add_door, read_secrets, seal_bound, seal_given, set_given
from okienko.database.pool import Connection
from okienko.keys import Keys
from okienko.sandbox.world import Channel, Door
from okienko.values import Brand, ConnectionId

ADDRESS: Final = "pomoc@sandbox.example"  # where customers' letters go


def _pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def make_given(channel: Channel, *, site: str, mail_port: int) -> dict[str, str]:
    """What a vendor would give, with keys of this moment; `site` is where the sandbox answers."""
    word = secrets.token_urlsafe
    meta = {
        "token": word(24),
        "app_secret": word(24),
        "verify_token": word(16),
        "app_id": "900100200300",
        "graph_version": "v26.0",
        "base": f"{site}/graph",
    }
    match channel:
        case "messenger":
            return {**meta, "page_id": "1900200300400"}
        case "instagram":
            return {**meta, "account_id": "1784140000000", "flavour": "page"}
        case "whatsapp":
            return {**meta, "phone_number_id": "106100200300", "waba_id": "102900200300", "template": "wznowienie"}
        case "email":
            return {
                "address": ADDRESS,
                "name": "Pomoc",
                "way": "postmark",
                "hook_user": "postmark",
                "hook_password": word(24),
                "smtp_host": "127.0.0.1",
                "smtp_port": str(mail_port),
                "smtp_encryption": "smtp",
                "smtp_user": "okienko",
                "smtp_password": word(24),
            }
        case "voice":
            sid = f"AC{secrets.token_hex(16)}"
            return {"account_sid": sid, "auth_token": word(24), "number": "+48220000000", "base": f"{site}/twilio"}
        case "google_play":
            account = {
                "type": "service_account",
                "client_email": "okienko@sandbox.example",
                "private_key_id": secrets.token_hex(8),
                "private_key": _pem(rsa.generate_private_key(65537, 2048)),
                "token_uri": f"{site}/google/token",
            }
            return {
                "package": "example.sandbox",
                "service_account": orjson.dumps(account).decode(),
                "base": f"{site}/play",
                "token_base": f"{site}/google",
            }
        case "app_store":
            return {
                "app_id": "1500600700",
                "issuer": "57246542-96fe-1a63-e053-0824d011072a",
                "key_id": "SANDBOX123",
                "private_key": _pem(ec.generate_private_key(ec.SECP256R1())),
                "base": f"{site}/apple",
            }


def name_door(brand: Brand, channel: Channel) -> ConnectionId:
    """Doors that can be read: `sandbox-seans-messenger`."""
    return ConnectionId(f"sandbox-{brand.slug}-{channel}")


REOPEN: Final = """
update connection set active = true where brand_id = current_brand() and id = any(%(doors)s::text[])
"""
FORGET_STATE: Final = """
delete from connection_state where brand_id = current_brand() and connection_id = any(%(doors)s::text[])
"""
CLOSE: Final = """
update connection set active = false where brand_id = current_brand() and id = any(%(doors)s::text[])
"""
ASK_AGAIN: Final = """
update connection_state set poll_at = null
where brand_id = current_brand() and connection_id = any(%(doors)s::text[])
"""


def make_doors(brand: Brand, channels: Collection[Channel], *, site: str, mail_port: int) -> dict[Channel, Door]:
    """The doors of these channels, not open yet."""
    return {
        channel: Door(id=name_door(brand, channel), given=make_given(channel, site=site, mail_port=mail_port))
        for channel in channels
    }


async def open_doors(
    connection: Connection, keys: Keys, brand: Brand, doors: Mapping[Channel, Door], now: datetime
) -> None:
    """Makes connections of the doors, or gives those of an earlier time what holds now. They are as good as new."""
    there = await read_secrets(connection)
    for channel, door in doors.items():
        sealed = seal_given(keys, door.id, door.given)
        if door.id in there:
            await set_given(connection, door.id, sealed)
            continue
        new = SealedDoor(
            id=door.id,
            brand_id=brand.id,
            channel=channel,
            secret=keys.wrap(os.urandom(32), seal_bound(door.id)),
            given=sealed,
        )
        await add_door(connection, new, now)
    ids = [door.id for door in doors.values()]
    await connection.execute(FORGET_STATE, {"doors": ids})
    await connection.execute(REOPEN, {"doors": ids})
    detail = {"sandbox": "yes", "doors": len(ids)}
    await audit.record(
        connection, "channel-opened", by=audit.OPERATOR, brand=brand.id, kind="brand", object=brand.id,
        detail=detail, now=now,
    )  # fmt: skip


async def close_doors(connection: Connection, brand: Brand, doors: Collection[ConnectionId], now: datetime) -> None:
    """Nothing comes in or goes out by them any more."""
    await connection.execute(CLOSE, {"doors": list(doors)})
    detail = {"sandbox": "yes", "doors": len(doors)}
    await audit.record(
        connection, "channel-closed", by=audit.OPERATOR, brand=brand.id, kind="brand", object=brand.id,
        detail=detail, now=now,
    )  # fmt: skip


async def ask_again(connection: Connection, doors: Collection[ConnectionId]) -> None:
    """Shops are asked for reviews at once instead of in ten minutes."""
    await connection.execute(ASK_AGAIN, {"doors": list(doors)})
