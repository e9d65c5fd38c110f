"""Scenarios by HTTP, over the whole application with a real database."""

from __future__ import annotations

import json

import pytest

from okienko.api.view import AN_HOUR
from okienko.audit.store import list_log
from okienko.scenarios import store
from okienko.scenarios.document import LARGEST
from okienko.scenarios.files import read_texts
from tests.api.conftest import Api

pytestmark = pytest.mark.anyio

ALL = "/api/scenarios"
ONE = f"{ALL}/delivery-problem"
BODY = read_texts()["delivery-problem"].replace("category: delivery", "category: konto")
SLIP = BODY.replace("go: damage", "go: damge", 1)


async def _set_review(api: Api, *, review: bool) -> None:
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        await store.set_review(connection, api.world.brand.id, review=review)


async def _list_acts(api: Api) -> list[tuple[str, str]]:
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        log = await list_log(connection, limit=20)
    return [(one.payload.action, one.payload.detail) for one in log if one.payload.action.startswith("scenario")]


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("POST", f"{ALL}/check", "scenarios:read"),
        ("POST", f"{ALL}/test", "scenarios:read"),
        ("GET", ALL, "scenarios:read"),
        ("GET", ONE, "scenarios:read"),
        ("PUT", ONE, "scenarios:write"),
        ("POST", f"{ONE}/diff", "scenarios:read"),
    ],
)
async def test_each_route_asks_for_its_scope(api: Api, method: str, path: str, scope: str) -> None:
    other = {"scenarios:read": "scenarios:write", "scenarios:write": "scenarios:read"}[scope]
    refused = await api.ask(method, path, await api.make(other), BODY)
    assert refused.status_code == 403
    assert scope in refused.json()["title"]
    done = await api.ask(method, path, await api.make(scope), BODY)
    assert done.status_code in {200, 201, 404}


@pytest.mark.parametrize(
    ("body", "line", "says"),
    [
        (SLIP, SLIP[: SLIP.index("step: what")].count("\n") + 1, "There is no step called “damge”"),
        (BODY.replace("category: konto", "category: nowhere"), 1, "The brand has no category called “nowhere”"),
        ("scenario: [", None, ""),
        ("", None, ""),
    ],
)
async def test_what_is_wrong_is_said_by_line(api: Api, body: str, line: int | None, says: str) -> None:
    token = await api.make()
    for path in (f"{ALL}/check", f"{ALL}/test"):
        answer = await api.ask("POST", path, token, body)
        assert answer.status_code == 422
        problem = answer.json()["problems"][0]
        assert says in problem["problem"]
        assert line is None or problem["line"] == line


async def test_what_is_well_is_said_with_its_dialogues(api: Api) -> None:
    token = await api.make("scenarios:read")
    checked = await api.ask("POST", f"{ALL}/check", token, BODY)
    assert (checked.status_code, checked.json()) == (200, {"problems": []})
    tested = await api.ask("POST", f"{ALL}/test", token, BODY.replace("\n", "\r\n"))
    assert tested.status_code == 200
    assert len(tested.json()["dialogues"]) == 3
    assert not any(one["problems"] for one in tested.json()["dialogues"])


async def test_a_dialogue_that_goes_otherwise_says_where(api: Api) -> None:
    otherwise = BODY.replace("tak, ends: solved", "tak, ends: person", 1)
    assert otherwise != BODY
    answer = await api.ask("POST", f"{ALL}/test", await api.make(), otherwise)
    assert answer.status_code == 422
    first, *others = answer.json()["dialogues"]
    assert first["problems"][0]["line"] == otherwise[: otherwise.index("tak, ends: person")].count("\n") + 1
    assert not any(one["problems"] for one in others)


async def test_a_file_may_be_json_which_is_yaml_too(api: Api) -> None:
    scenario = {
        "scenario": "short",
        "name": {"pl": "Krótki", "en": "Short"},
        "triggers": {"button": True},
        "steps": [{"step": "person", "hand_off": {}, "say": {"pl": "Zaraz ktoś odpisze.", "en": "Wait a moment."}}],
    }
    answer = await api.ask("POST", f"{ALL}/check", await api.make(), json.dumps(scenario))
    assert (answer.status_code, answer.json()) == (200, {"problems": []})


async def test_a_draft_is_saved_compared_and_let_run(api: Api) -> None:
    token = await api.make()
    made = await api.ask("PUT", ONE, token, BODY)
    assert (made.status_code, made.headers["etag"]) == (201, '"1.1"')
    assert made.json() == {"scenario": "delivery-problem", "version": 1, "runs": None}
    nothing = await api.ask("GET", ONE, token)
    assert nothing.status_code == 404
    assert "?version=1" in nothing.json()["title"]

    refused = await api.ask("PUT", f"{ONE}?publish=1", token, BODY, if_match='"1.1"')
    assert refused.status_code == 403, "a second pair of eyes is the rule unless somebody switches it off"
    await _set_review(api, review=False)
    runs = await api.ask("PUT", f"{ONE}?publish=1", token, BODY, if_match='"1.1"')
    assert (runs.status_code, runs.json()["runs"]) == (200, 1)
    again = await api.ask("PUT", f"{ONE}?publish=1", token, BODY, if_match=runs.headers["etag"])
    assert again.json() == runs.json(), "what is there already is not saved or published again"
    fetched = await api.ask("GET", ONE, token)
    assert (fetched.text, fetched.headers["etag"]) == (BODY, '"1.1"')
    assert fetched.headers["content-type"].startswith("application/yaml")

    changed = BODY.replace("nie przyszła", "nie dotarła", 1)
    draft = await api.ask("PUT", ONE, token, changed, if_match=f"W/{fetched.headers['etag']}")
    assert draft.json() == {"scenario": "delivery-problem", "version": 2, "runs": 1}
    difference = (await api.ask("POST", f"{ONE}/diff", token, changed)).text
    assert difference.startswith("--- delivery-problem, version 1\n+++ what was sent\n@@")
    assert any(line.startswith("+") and "nie dotarła" in line for line in difference.splitlines())
    assert (await api.ask("GET", ONE, token)).text == BODY, "a draft does not run"
    assert (await api.ask("GET", f"{ONE}?version=2", token)).text == changed
    assert (await api.ask("GET", f"{ONE}?version=3", token)).status_code == 404
    (listed,) = (await api.ask("GET", ALL, token)).json()["scenarios"]
    saved_at = api.world.at.isoformat()
    expected = {"scenario": "delivery-problem", "runs": 1, "latest": 2, "draft": True, "saved_at": saved_at}
    assert listed == expected

    acts = await _list_acts(api)
    assert [act for act, _ in acts] == ["scenario-saved", "scenario-published", "scenario-saved"]
    assert all("token=" in detail for _, detail in acts)


async def test_a_draft_of_a_program_is_its_makers_so_that_somebody_else_publishes_it(api: Api) -> None:
    await api.ask("PUT", ONE, await api.make(), BODY)
    async with api.world.services.database.brand(api.world.brand.id) as connection:
        (version,) = await store.read_versions(connection, api.world.brand.id, "delivery-problem")
    assert version.saved_by == api.admin


@pytest.mark.parametrize(
    ("there", "match", "status"),
    [
        (False, None, 201),
        (False, '"1.1"', 409),
        (False, "*", 409),
        (True, None, 409),
        (True, '"1.1"', 409),  # somebody has saved since
        (True, '"2.1"', 409),
        (True, '"1.2"', 200),
        (True, "*", 200),
    ],
)
async def test_nothing_is_written_over_unseen(api: Api, there: bool, match: str | None, status: int) -> None:
    token = await api.make()
    if there:
        assert (await api.ask("PUT", ONE, token, BODY)).status_code == 201
        other = BODY.replace("nie przyszła", "nie doszła", 1)
        assert (await api.ask("PUT", ONE, token, other, if_match='"1.1"')).headers["etag"] == '"1.2"'
    headers = {} if match is None else {"if_match": match}
    assert (await api.ask("PUT", ONE, token, BODY, **headers)).status_code == status


@pytest.mark.parametrize(
    ("path", "body", "status", "says"),
    [
        (ONE, "scenario: [", 422, "see “problems”"),
        (f"{ALL}/another", BODY, 422, "“delivery-problem”"),
        (f"{ALL}/Not-A-Name", BODY, 404, "no such scenario"),
        (ONE, b"\xff\xfe", 422, "not UTF-8"),
        (ONE, "#" * (LARGEST + 1), 413, "256 kB"),
        (ONE, "#" * (4 * LARGEST + 1), 413, "Large"),
    ],
)
async def test_what_cannot_be_saved_is_refused_with_a_reason(
    api: Api, path: str, body: str | bytes, status: int, says: str
) -> None:
    token = await api.make()
    answer = await api.ask("PUT", path, token, body)
    assert (answer.status_code, answer.json()["status"]) == (status, status)
    assert says in answer.json()["title"]
    assert (await api.ask("GET", ALL, token)).json() == {"scenarios": []}


async def test_what_cannot_run_is_not_saved_when_it_should_run(api: Api) -> None:
    token = await api.make()
    await _set_review(api, review=False)
    refused = await api.ask("PUT", f"{ONE}?publish=1", token, read_texts()["delivery-problem"])
    assert refused.status_code == 422
    assert "category" in refused.json()["problems"][0]["problem"]
    assert (await api.ask("GET", ALL, token)).json() == {"scenarios": []}
    assert await _list_acts(api) == []


@pytest.mark.parametrize(("method", "path"), [("GET", ONE), ("GET", f"{ONE}?version=1"), ("POST", f"{ONE}/diff")])
async def test_another_brands_scenario_is_not_there(api: Api, method: str, path: str) -> None:
    olga = await api.world.hire("Olga", {api.world.other.id: "admin"})
    theirs = await api.make(brand=api.world.other, staff=olga)
    own = await api.make()
    assert (await api.ask("PUT", ONE, theirs, BODY)).status_code == 201
    assert (await api.ask(method, path, own, BODY)).status_code == 404
    assert (await api.ask("GET", ALL, own)).json() == {"scenarios": []}


async def test_a_token_that_asks_too_much_waits(api: Api) -> None:
    token, other = await api.make(), await api.make()
    for _ in range(AN_HOUR):
        assert (await api.ask("GET", ALL, token)).status_code == 200
    refused = await api.ask("GET", ALL, token)
    assert refused.status_code == 429
    assert refused.headers["retry-after"] == "3600"
    assert (await api.ask("GET", ALL, other)).status_code == 200
    api.world.later(hours=1)
    assert (await api.ask("GET", ALL, token)).status_code == 200


async def test_no_text_of_a_scenario_is_logged(
    api: Api, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    token = await api.make()
    for path in (f"{ALL}/check", f"{ALL}/test"):
        await api.ask("POST", path, token, SLIP)
    await api.ask("PUT", ONE, token, SLIP)
    said = caplog.text + "".join(capfd.readouterr())
    assert not any(word in said for word in ("damge", "przyszła", token))
