"""`okienko policy` at a terminal, and what the doctor says of policies and places."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest
from click.testing import CliRunner

from okienko import commands, doctor
from okienko.brands.store import add_brand, read_brands
from okienko.cli import okienko
from okienko.database.health import Health, read_health
from okienko.database.pool import Database
from okienko.database.urls import Urls
from okienko.policy.book import read_book
from okienko.policy.files import read_own_book
from okienko.policy.read import PolicyRefused
from tests.desk_world import BEGIN, make_brand

TABLE = Path(__file__).resolve().parents[2] / "docs" / "policies.table.txt"


def test_check_says_what_waits_for_counsel_and_fails_when_a_review_has_expired() -> None:
    done = CliRunner().invoke(okienko, ["policy", "check", "--on", "2027-05-21"])
    assert done.exit_code == 0
    assert "pl.toml: counsel has not reviewed it yet; due 2027-05-21" in done.output
    done = CliRunner().invoke(okienko, ["policy", "check", "--on", "2027-05-22"])
    assert done.exit_code == 1
    assert "pl.toml [review_due]: somebody should have looked at it by 2027-05-21" in done.output


def test_table_prints_all_places_or_one() -> None:
    assert CliRunner().invoke(okienko, ["policy", "table"]).output == TABLE.read_text("utf-8")
    one = CliRunner().invoke(okienko, ["policy", "table", "--id", "pl"]).output
    assert one.startswith("== pl · Poland")
    assert one in TABLE.read_text("utf-8")
    assert CliRunner().invoke(okienko, ["policy", "table", "--id", "atlantis"]).exit_code == 1


def test_set_wants_something_to_set() -> None:
    assert CliRunner().invoke(okienko, ["policy", "set"]).exit_code == 1


@pytest.mark.anyio
async def test_set_says_where_a_brand_is_and_leaves_the_rest(database_urls: Urls) -> None:
    async with await Database.open(database_urls.app, size=1) as database, database.shared() as connection:
        await add_brand(connection, make_brand("seans", "Seans", BEGIN), BEGIN)
    assert read_health(database_urls.owner).unplaced == ("seans",)
    choices = "[ban.improvement]\nvalue = true\n"
    await commands.set_policy(database_urls, slug=None, place="us", choices=choices)
    _, in_force = await commands.set_policy(database_urls, slug="seans", place="us-ca", choices=None)
    assert in_force.place.id == "us-ca"
    with pytest.raises(PolicyRefused):
        await commands.set_policy(database_urls, slug="seans", place=None, choices="[ban.training]\nvalue = false\n")
    async with await Database.open(database_urls.app, size=1) as database, database.shared() as connection:
        (brand,) = await read_brands(connection)
    assert (brand.jurisdiction, brand.choices) == ("us-ca", choices)
    assert read_health(database_urls.owner).unplaced == ()


def test_the_doctor_says_what_counsel_has_not_seen_and_what_has_expired() -> None:
    book = read_own_book()
    (finding,) = doctor.look_at_policies(book, date(2027, 5, 21))
    assert finding.well
    assert finding.what.startswith("counsel has not reviewed these policies yet: ca, ca-qc, default")
    _, *expired = doctor.look_at_policies(book, date(2027, 5, 22))
    assert len(expired) == len(book.files)
    assert all(not one.well and "Have counsel read it" in one.fix for one in expired)
    texts = {
        path.name: path.read_text("utf-8") for path in files("okienko.policy").iterdir() if path.name[-5:] == ".toml"
    }
    seen = 'review = "done"\nreviewed_by = ["One", "Another"]\nreviewed_on = 2026-11-21'
    reviewed = {name: text.replace('review = "pending"', seen) for name, text in texts.items()}
    (finding,) = doctor.look_at_policies(read_book(reviewed), date(2027, 1, 1))
    assert finding.what == "counsel has reviewed all policies"


def test_the_doctor_says_which_brands_nobody_has_placed() -> None:
    health = Health(major=18, missing=(), unknown=(), powerful=False, unguarded=(), unplaced=("kramik", "seans"))
    (said,) = [one for one in doctor.judge(health) if "kramik, seans" in one.what]
    assert said.well
    assert "okienko policy set" in said.what
