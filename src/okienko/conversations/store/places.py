"""Where people are, as they or their accounts say: whose rules hold for them (`okienko.policy.places`)."""

from __future__ import annotations

from typing import Final

from okienko.database.pool import Connection
from okienko.values import PersonId

DECLARE_PLACE: Final = """
update person set declared = %(place)s::text where brand_id = current_brand() and id = %(person)s::uuid
"""
# Words of theirs among example questions may have to go from the index, or may come back.
BUMP_ARTICLES_ASKED: Final = """
update brand set articles_version = articles_version + 1
where id = current_brand() and exists (
  select from article_question q join conversation c on c.brand_id = q.brand_id and c.id = q.conversation_id
  where q.brand_id = current_brand() and c.person_id = %(person)s::uuid)
"""


async def declare_place(connection: Connection, person: PersonId, place: str | None) -> None:
    """The person has said where they are: the id of a policy, of `find_place`. None: they take it back."""
    await connection.execute(DECLARE_PLACE, {"person": person, "place": place})
    await connection.execute(BUMP_ARTICLES_ASKED, {"person": person})


SET_ACCOUNT_PLACE: Final = """
update person set account = %(place)s::text where brand_id = current_brand() and id = %(person)s::uuid
"""


async def set_account_place(connection: Connection, person: PersonId, place: str | None) -> None:
    """The brand's own system has said in which country the person's account is: the id of a policy, of `find_place`."""
    await connection.execute(SET_ACCOUNT_PLACE, {"person": person, "place": place})
    await connection.execute(BUMP_ARTICLES_ASKED, {"person": person})


READ_PLACES: Final = """
select declared, account from person where brand_id = current_brand() and id = %(person)s::uuid
"""


async def read_places(connection: Connection, person: PersonId) -> tuple[str | None, str | None]:
    """(declared, account): ids of policies, None where nobody has said."""
    row = await (await connection.execute(READ_PLACES, {"person": person})).fetchone()
    return (None, None) if row is None else (row[0], row[1])
