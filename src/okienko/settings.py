"""The environment, read once into one frozen value. A wrong setting refuses to start, with the fix."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final, Literal
from urllib.parse import urlsplit

from okienko.values import OperatorError


class WrongSetting(OperatorError):
    """A setting that cannot be used: which, why, and what to write instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What an operator decides. docs/settings.md describes each; a test compares."""

    data: Path  # the embedded database and its log; made with 0700 when missing
    keys: Path  # the operator's keys; outside the data folder, so that a copied database is not a copied key
    keys_command: tuple[str, ...] = ()  # prints the keys instead; run without a shell
    erasures: Path | None = None  # the ledger of erasures; None: a file beside the keys
    database_url: str | None = field(default=None, repr=False)  # None: the embedded database
    owner_url: str | None = field(default=None, repr=False)  # who may migrate, when not the same account
    host: str = "127.0.0.1"
    port: int = 8700
    public_url: str | None = None  # as browsers see us; https makes the session cookie Secure
    chats_per_hour: int = 60  # new chats from one address (/24 or /64) in an hour; 0 means no limit
    messages_per_minute: int = 20  # of one visitor of the web chat; 0 means no limit
    messages_per_day: int = 200  # the same
    second_step: Literal["sensitive", "everybody"] = "sensitive"  # who needs one; leads and administrators always do
    audit_file: Path | None = None  # where signed heads of the audit log are added
    audit_url: str | None = None  # where they are posted
    neighbours: tuple[str, ...] = ()  # `host:port` in our own network that brands' messages may be posted to
    lookup_hosts: tuple[str, ...] = ()  # `host:port` on the internet that brands' scenarios may ask for facts
    follow_links: bool = False  # the worker follows the links in articles once a week
    scan_command: tuple[str, ...] = ()  # looks for malware in attachments; run without a shell
    model_url: str | None = None  # of an OpenAI-compatible API, without /chat/completions; None: no brand has a model
    model_name: str = ""
    model_key: str | None = field(default=None, repr=False)
    model_key_file: Path | None = None  # the key instead
    model_seconds: float = 4.0  # that a customer's answer may wait for the model, all in all
    model_prices: tuple[float, float] = (1.0, 1.0)  # for a million tokens read and written, in any currency
    mail_url: str | None = field(default=None, repr=False)  # the mail server, with its user; None: no letters
    mail_password_file: Path | None = None  # the user's password, when it is not in the address
    mail_from: str = ""  # whose letters they are
    encoder: str | None = None  # one of this process by its name, or a server's address, without /embeddings
    encoder_name: str = ""  # what the server calls it
    encoder_key: str | None = field(default=None, repr=False)
    encoder_key_file: Path | None = None  # the key instead
    encoder_seconds: float = 0.5  # that the answers of one batch may wait for it, all in all
    encoder_languages: tuple[str, ...] = ("pl", "en")  # that a server's encoder was made for

    @property
    def ledger(self) -> Path:
        """The ledger of erasures, which no restored backup may overwrite."""
        return self.erasures or self.keys / "erasures.jsonl"

    @property
    def address(self) -> str:
        """Where browsers and vendors find us, without a slash at its end."""
        return self.public_url or f"http://localhost:{self.port}"


NAMES: Final = {
    "OKIENKO_DATA": "data",
    "OKIENKO_KEYS": "keys",
    "OKIENKO_KEYS_COMMAND": "keys_command",
    "OKIENKO_ERASURES": "erasures",
    "OKIENKO_DATABASE_URL": "database_url",
    "OKIENKO_DATABASE_OWNER_URL": "owner_url",
    "OKIENKO_HOST": "host",
    "OKIENKO_PORT": "port",
    "OKIENKO_PUBLIC_URL": "public_url",
    "OKIENKO_CHATS_PER_HOUR": "chats_per_hour",
    "OKIENKO_MESSAGES_PER_MINUTE": "messages_per_minute",
    "OKIENKO_MESSAGES_PER_DAY": "messages_per_day",
    "OKIENKO_SECOND_STEP": "second_step",
    "OKIENKO_AUDIT_FILE": "audit_file",
    "OKIENKO_AUDIT_URL": "audit_url",
    "OKIENKO_NEIGHBOURS": "neighbours",
    "OKIENKO_LOOKUP_HOSTS": "lookup_hosts",
    "OKIENKO_FOLLOW_LINKS": "follow_links",
    "OKIENKO_SCAN_COMMAND": "scan_command",
    "OKIENKO_MODEL_URL": "model_url",
    "OKIENKO_MODEL_NAME": "model_name",
    "OKIENKO_MODEL_KEY": "model_key",
    "OKIENKO_MODEL_KEY_FILE": "model_key_file",
    "OKIENKO_MODEL_SECONDS": "model_seconds",
    "OKIENKO_MODEL_PRICES": "model_prices",
    "OKIENKO_MAIL_URL": "mail_url",
    "OKIENKO_MAIL_PASSWORD_FILE": "mail_password_file",
    "OKIENKO_MAIL_FROM": "mail_from",
    "OKIENKO_ENCODER": "encoder",
    "OKIENKO_ENCODER_NAME": "encoder_name",
    "OKIENKO_ENCODER_KEY": "encoder_key",
    "OKIENKO_ENCODER_KEY_FILE": "encoder_key_file",
    "OKIENKO_ENCODER_SECONDS": "encoder_seconds",
    "OKIENKO_ENCODER_LANGUAGES": "encoder_languages",
}


def read(environ: Mapping[str, str], home: Path) -> Settings:
    """Settings from the environment's OKIENKO_* variables. Raises `WrongSetting`, naming the variable and the fix."""
    unknown = sorted(name for name in environ if name.startswith("OKIENKO_") and name not in NAMES)
    if unknown:
        raise WrongSetting(f"{unknown[0]} is not a setting of okienko; known are: {', '.join(NAMES)}")
    given = {NAMES[name]: value for name, value in environ.items() if name in NAMES and value}
    public_url = given.get("public_url")
    if public_url is not None and (
        urlsplit(public_url).scheme not in ("http", "https") or not urlsplit(public_url).netloc
    ):
        raise WrongSetting("OKIENKO_PUBLIC_URL must be an address such as https://help.company.example")
    url = given.get("database_url")
    if url is not None and urlsplit(url).scheme not in ("postgresql", "postgres"):
        raise WrongSetting("OKIENKO_DATABASE_URL must begin with postgresql://")
    if "keys" in given and "keys_command" in given:
        raise WrongSetting("OKIENKO_KEYS and OKIENKO_KEYS_COMMAND say two things: unset one of them")
    if "model_key" in given and "model_key_file" in given:
        raise WrongSetting("OKIENKO_MODEL_KEY and OKIENKO_MODEL_KEY_FILE say two things: unset one of them")
    if "model_url" in given and "model_name" not in given:
        raise WrongSetting("OKIENKO_MODEL_URL wants OKIENKO_MODEL_NAME too: what the server calls the model")
    if "mail_url" in given and "mail_from" not in given:
        raise WrongSetting("OKIENKO_MAIL_URL wants OKIENKO_MAIL_FROM too: the address that letters come from")
    if "encoder_key" in given and "encoder_key_file" in given:
        raise WrongSetting("OKIENKO_ENCODER_KEY and OKIENKO_ENCODER_KEY_FILE say two things: unset one of them")
    if "://" in given.get("encoder", "") and "encoder_name" not in given:
        raise WrongSetting("OKIENKO_ENCODER with an address wants OKIENKO_ENCODER_NAME: what the server calls it")
    return Settings(
        data=Path(given.get("data", str(home / ".local" / "share" / "okienko"))),
        keys=Path(given.get("keys", str(home / ".config" / "okienko"))),
        keys_command=_words(
            "OKIENKO_KEYS_COMMAND", given.get("keys_command", "[]"), '["/usr/local/bin/okienko-keys", "production"]'
        ),
        erasures=Path(given["erasures"]) if "erasures" in given else None,
        database_url=url,
        owner_url=given.get("owner_url"),
        host=given.get("host", "127.0.0.1"),
        port=_whole("OKIENKO_PORT", given.get("port", "8700"), 1, 65535),
        public_url=None if public_url is None else public_url.rstrip("/"),
        chats_per_hour=_whole("OKIENKO_CHATS_PER_HOUR", given.get("chats_per_hour", "60"), 0, 1_000_000),
        messages_per_minute=_whole("OKIENKO_MESSAGES_PER_MINUTE", given.get("messages_per_minute", "20"), 0, 1000),
        messages_per_day=_whole("OKIENKO_MESSAGES_PER_DAY", given.get("messages_per_day", "200"), 0, 1_000_000),
        second_step=_second_step(given.get("second_step", "sensitive")),
        audit_file=Path(given["audit_file"]) if "audit_file" in given else None,
        audit_url=_address("OKIENKO_AUDIT_URL", given.get("audit_url"), "https://audit.company.example/heads"),
        neighbours=_places("OKIENKO_NEIGHBOURS", given.get("neighbours", ""), "shop.internal:8080"),
        lookup_hosts=_places("OKIENKO_LOOKUP_HOSTS", given.get("lookup_hosts", ""), "api.shop.example:443"),
        follow_links=_yes("OKIENKO_FOLLOW_LINKS", given.get("follow_links", "no")),
        scan_command=_words(
            "OKIENKO_SCAN_COMMAND", given.get("scan_command", "[]"), '["clamdscan", "--no-summary", "-"]'
        ),
        model_url=_address("OKIENKO_MODEL_URL", given.get("model_url"), "https://models.company.example/v1"),
        model_name=given.get("model_name", ""),
        model_key=given.get("model_key"),
        model_key_file=Path(given["model_key_file"]) if "model_key_file" in given else None,
        model_seconds=_number("OKIENKO_MODEL_SECONDS", given.get("model_seconds", "4"), 0.5, 7),
        model_prices=_prices(given.get("model_prices", "1 1")),
        mail_url=_mail(given.get("mail_url")),
        mail_password_file=Path(given["mail_password_file"]) if "mail_password_file" in given else None,
        mail_from=_mail_from(given.get("mail_from", "")),
        encoder=_encoder(given.get("encoder", "none")),
        encoder_name=given.get("encoder_name", ""),
        encoder_key=given.get("encoder_key"),
        encoder_key_file=Path(given["encoder_key_file"]) if "encoder_key_file" in given else None,
        encoder_seconds=_number("OKIENKO_ENCODER_SECONDS", given.get("encoder_seconds", "0.5"), 0.05, 5),
        encoder_languages=_languages(given.get("encoder_languages", "pl en")),
    )


def _second_step(value: str) -> Literal["sensitive", "everybody"]:
    match value:
        case "sensitive" | "everybody":
            return value
        case _:
            raise WrongSetting("OKIENKO_SECOND_STEP must be sensitive or everybody")


def _yes(name: str, value: str) -> bool:
    if value not in {"yes", "no"}:
        raise WrongSetting(f"{name} must be yes or no")
    return value == "yes"


def _words(name: str, value: str, example: str) -> tuple[str, ...]:
    try:
        words: Any = json.loads(value)
    except json.JSONDecodeError:
        words = None
    match words:
        case [*several] if all(isinstance(word, str) for word in several):
            return tuple(several)
        case _:
            raise WrongSetting(f"{name} must be a program and its arguments as a JSON list, such as {example}")


def _whole(name: str, value: str, least: int, most: int) -> int:
    try:
        number = int(value)
    except ValueError:
        raise WrongSetting(f"{name} must be a whole number from {least} to {most}") from None
    if not least <= number <= most:
        raise WrongSetting(f"{name} must be from {least} to {most}")
    return number


def _number(name: str, value: str, least: float, most: float) -> float:
    try:
        number = float(value)
    except ValueError:
        number = math.nan
    if not least <= number <= most:  # nor is "nan"
        raise WrongSetting(f"{name} must be a number from {least:g} to {most:g}")
    return number


def _prices(value: str) -> tuple[float, float]:
    name = "OKIENKO_MODEL_PRICES"
    match value.split():
        case [read, written]:
            return _number(name, read, 0, 1_000_000), _number(name, written, 0, 1_000_000)
        case _:
            raise WrongSetting(
                f"{name} must be two numbers, what a million tokens cost that are read and written, such as 0.15 0.60"
            )


def _encoder(value: str) -> str | None:
    if value == "none":
        return None
    if value.isidentifier():
        return value
    return _address("OKIENKO_ENCODER", value, "https://models.company.example/v1, or own, minilm, none")


def _languages(value: str) -> tuple[str, ...]:
    words = tuple(value.split())
    if not words or not {"pl", "en"}.issuperset(words):
        raise WrongSetting("OKIENKO_ENCODER_LANGUAGES must be pl, en, or both: pl en")
    return words


def _places(name: str, value: str, example: str) -> tuple[str, ...]:
    places = tuple(value.split())
    for place in places:
        host, _, port = place.rpartition(":")
        if not host or "/" in host or not port.isdecimal():
            raise WrongSetting(f"{name} must be hosts with their ports, such as {example}")
    return places


def _address(name: str, value: str | None, example: str) -> str | None:
    """What is sent there is nobody else's business: across the open net by https alone."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname or ""
    except ValueError:
        parts, host = urlsplit(""), ""
    near = "." not in host and ":" not in host  # localhost, or a neighbour's name in a private network
    with suppress(ValueError):
        near = ip_address(host).is_private
    if not host or parts.scheme not in ("http", "https") or parts.query or parts.fragment or parts.username:
        raise WrongSetting(f"{name} must be an address such as {example}")
    if parts.scheme == "http" and not near:
        raise WrongSetting(f"{name} must begin with https:// unless it leads into your own network")
    return value.rstrip("/")


MAIL_PORTS: Final = {"smtps": 465, "smtp+starttls": 587, "smtp": 25}


def _mail(value: str | None) -> str | None:
    """Letters hold codes: across a network they go encrypted."""
    if value is None:
        return None
    try:
        parts = urlsplit(value)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        parts, host = urlsplit(""), ""
    here = host == "localhost"
    with suppress(ValueError):
        here = here or ip_address(host).is_loopback
    if not host or parts.scheme not in MAIL_PORTS or parts.path.strip("/") or parts.query or parts.fragment:
        raise WrongSetting(
            "OKIENKO_MAIL_URL must be an address such as smtps://user@mail.company.example, or smtp+starttls://…"
        )
    if parts.scheme == "smtp" and not here:
        raise WrongSetting("OKIENKO_MAIL_URL: smtp:// sends in clear; write smtps:// or smtp+starttls://")
    return value


def _mail_from(value: str) -> str:
    name, _, host = value.rpartition("@")
    if value and not (name and host and value.isascii() and value.isprintable() and " " not in value):
        raise WrongSetting("OKIENKO_MAIL_FROM must be one address, such as help@company.example")
    return value


def read_key(whose: str, key: str | None, file: Path | None, *, word: str = "key") -> str | None:
    """The key of a server: given as it is, or in a file. Raises `WrongSetting` when it cannot be one."""
    if file is not None:
        try:
            key = file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError):
            key = ""
    if key is not None and not (key and key.isascii() and key.isprintable()):
        name = f"OKIENKO_{whose.upper()}_{word.upper()}_FILE"
        raise WrongSetting(f"the {whose}'s {word} cannot be read: {name} is a file with that and nothing else")
    return key
