"""The model's settings, its key, and the switch of a brand."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from okienko.answers.model import store
from okienko.cli.model import read_model, switch_model
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.demo.load import load
from okienko.keys import Keys
from okienko.phrase import open_model
from okienko.settings import Settings, WrongSetting, read
from okienko.values import Language
from okienko.web.i18n import words
from tests.road.conftest import open_world

URL, NAME = "OKIENKO_MODEL_URL", "OKIENKO_MODEL_NAME"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({URL: "https://models.company.example/v1"}, "wants OKIENKO_MODEL_NAME"),
        ({URL: "models.company.example/v1", NAME: "m"}, "must be an address such as"),
        ({URL: "https://", NAME: "m"}, "must be an address such as"),
        ({URL: "https://[::1/v1", NAME: "m"}, "must be an address such as"),
        ({URL: "ftp://models.company.example", NAME: "m"}, "must be an address such as"),
        ({URL: "https://models.company.example/v1?key=1", NAME: "m"}, "must be an address such as"),
        ({URL: "https://me:secret@models.company.example/v1", NAME: "m"}, "must be an address such as"),
        ({URL: "http://models.company.example/v1", NAME: "m"}, "must begin with https://"),
        ({URL: "http://192.88.99.1/v1", NAME: "m"}, "must begin with https://"),
        ({"OKIENKO_MODEL_SECONDS": "8"}, "from 0.5 to 7"),
        ({"OKIENKO_MODEL_SECONDS": "nan"}, "from 0.5 to 7"),
        ({"OKIENKO_MODEL_PRICES": "1"}, "two numbers"),
        ({"OKIENKO_MODEL_PRICES": "1 -1"}, "from 0 to"),
        ({"OKIENKO_MODEL_KEY": "a", "OKIENKO_MODEL_KEY_FILE": "b"}, "say two things"),
    ],
)
def test_a_wrong_setting_says_what_to_write(environ: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting, match=says):
        read(environ, Path("home"))


@pytest.mark.parametrize(
    "url",
    [
        "https://models.company.example/v1",
        "http://localhost:11434/v1",
        "http://127.0.0.1:8080/v1",
        "http://10.2.3.4/v1",
        "http://ollama:11434/v1",
        "http://[::1]:8080/v1",
    ],
)
def test_a_model_may_be_near_or_behind_https(url: str) -> None:
    assert read({URL: url + "/", NAME: "m"}, Path("home")).model_url == url


def test_the_key_comes_from_a_file_and_is_not_shown(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-secret\n")
    settings = read({URL: "http://localhost/v1", NAME: "m", "OKIENKO_MODEL_KEY_FILE": str(tmp_path / "key")}, tmp_path)
    model = open_model(settings)
    assert model is not None
    assert model.key == "sk-secret"
    assert "sk-secret" not in repr(model)
    assert "sk-secret" not in repr(replace(settings, model_key="sk-secret"))


@pytest.mark.parametrize("content", [None, b"", b"\xff\xfe", b"two\nlines"])
def test_a_key_that_cannot_be_read_refuses_to_start(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "key").write_bytes(content)
    settings = read({URL: "http://localhost/v1", NAME: "m", "OKIENKO_MODEL_KEY_FILE": str(tmp_path / "key")}, tmp_path)
    with pytest.raises(WrongSetting, match="cannot be read"):
        open_model(settings)


def test_without_an_address_there_is_no_model(tmp_path: Path) -> None:
    assert open_model(read({}, tmp_path)) is None


@pytest.mark.anyio
async def test_the_commands_switch_a_brand_on_and_off(database_urls: Urls, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=tmp_path, model_url="http://localhost/v1", model_name="m")
    async with open_world(database_urls):
        assert [switch for _, switch, _ in await read_model(database_urls)] == [None]
        await switch_model(settings, database_urls, slug=None, budget=2_000_000)
        ((brand, switch, outcomes),) = await read_model(database_urls)
        assert (brand.slug, outcomes) == ("probny", {})
        assert switch == store.Switch(enabled=True, budget=2_000_000, spent=0)
        await switch_model(settings, database_urls, slug="probny", budget=None)
        ((_, switch, _),) = await read_model(database_urls)
        assert switch is not None
        assert not switch.enabled
        with pytest.raises(WrongSetting, match="there is no model"):
            await switch_model(replace(settings, model_url=None), database_urls, slug=None, budget=1)


@pytest.mark.anyio
async def test_a_brand_goes_with_what_it_decided_about_the_model(database_urls: Urls) -> None:
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    keys = Keys(operator=bytes(32), index=bytes(32))
    async with await Database.open(database_urls.app, size=2) as database:
        loaded = await load(database, keys, now=now, site="http://127.0.0.1:1")
        async with database.brand(loaded.brands["kramik"]) as connection:
            await store.switch_on(connection, budget=10, now=now)
            assert await store.reserve(connection, day=now.date(), cost=10)
        assert (await load(database, keys, now=now, site="http://127.0.0.1:1", reset=True)).fresh


@pytest.mark.parametrize("language", ["pl", "en"])
def test_a_worded_answer_says_so(language: Language) -> None:
    said = words(language).gettext("Worded by a language model from the articles named here.")
    assert "model" in said
    assert (language == "en") == said.startswith("Worded")
