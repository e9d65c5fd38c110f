"""The schema on the oldest PostgreSQL we promise to work with. Left out, visibly, where it is not installed."""

from __future__ import annotations

from datetime import UTC, datetime

import psycopg
import pytest

from okienko.database.migrate import migrate
from tests.conftest import Cluster
from tests.road.conftest import open_world
from tests.road.test_way_in import TOKEN


def test_the_schema_is_complete_on_15(debian_cluster: Cluster) -> None:
    with debian_cluster.database("complete") as urls:
        assert migrate(urls.owner, now=datetime.now(UTC)) == []
        with psycopg.connect(urls.app) as connection:
            assert connection.info.server_version // 10000 == 15
            connection.execute("set search_path = okienko")
            claimed = connection.execute("select * from claim_lanes(10, now(), interval '1 minute')").fetchall()
            assert claimed == []
            open_tables = connection.execute(
                """
                select c.relname from pg_class c join pg_attribute a on a.attrelid = c.oid
                where c.relnamespace = 'okienko'::regnamespace and a.attname = 'brand_id' and c.relkind in ('r', 'p')
                  and not c.relispartition and not (c.relrowsecurity and c.relforcerowsecurity)
                """
            ).fetchall()
            assert open_tables == []


@pytest.mark.anyio
async def test_a_message_travels_the_road_on_15(debian_cluster: Cluster) -> None:
    with debian_cluster.database("road") as urls:
        async with open_world(urls) as world:
            conversation = await world.begin(TOKEN)
            await world.say(TOKEN, "mój mail to jan@poczta.example")
            await world.say(TOKEN, "jestem w ciąży, ile mam czasu na zwrot towaru?")
            await world.settle()
            first, second, care, answer = await world.transcript(conversation)
            assert (first[2], second[2]) == ("mój mail to [e-mail]", "jestem w ciąży, ile mam czasu na zwrot towaru?")
            assert care[1] == "text"
            assert answer[1] == "answer"
