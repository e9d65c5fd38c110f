"""What the database says about itself: which columns hold what, and which rows are whose.

Each column's SQL comment is a declaration: `class; purpose; kept; export; erase`. Which rows belong to a person is told
by foreign keys: a table belongs to people if its keys lead to `person`. So a new table is exported and erased by being
declared, and `find_troubles` names whatever is declared one way and built another.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, cast, get_args

Class = Literal["id", "state", "masked", "sealed", "lookup", "staff", "public"]
Erase = Literal["row", "key", "blank", "keep"]
"""The row goes; the row goes and with it a sealed value; the row stays without this value; the row stays."""

ROOT: Final = "person"
NAMES: Final = {"person_id", "conversation_id"}  # columns that lead to a person, if there is a key for them
FILES: Final = "attachment_part"  # sealed in parts, so that files are not opened like values


class Undeclared(Exception):
    """A column's comment is no declaration. Says which column."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as it is declared."""

    name: str
    holds: Class
    purpose: str
    kept: str
    export: bool
    erase: Erase


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A foreign key: `columns` of `table` name `targets` of `target`, in the same order."""

    table: str
    columns: tuple[str, ...]
    target: str
    targets: tuple[str, ...]
    on_delete: Literal["cascade", "set null", "refuse"]


Way = tuple[Link, ...]
"""Foreign keys from a table to `person`, one after the other; empty for `person` itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalogue:
    """All tables with their declared columns, and how they hang together."""

    tables: Mapping[str, Sequence[Column]]
    links: Sequence[Link]


def read_declaration(table: str, column: str, comment: str | None) -> Column:
    """A column from its comment. Raises `Undeclared`."""
    match [word.strip() for word in (comment or "").split(";")]:
        case [holds, str(purpose), str(kept), "yes" | "no" as export, erase] if (
            holds in get_args(Class) and erase in get_args(Erase) and purpose and kept
        ):
            return Column(
                name=column,
                holds=cast("Class", holds),
                purpose=purpose,
                kept=kept,
                export=export == "yes",
                erase=cast("Erase", erase),
            )
        case _:
            raise Undeclared(f"{table}.{column} does not say what it holds; see the head of 0001_begin.sql")


def find_ways(catalogue: Catalogue) -> dict[str, Way]:
    """Each table that belongs to people with the shortest way there, nearest tables first.

    The shortest way says whose a row is: a value that somebody else left in a conversation names that somebody itself.
    What hangs on a row that stays when its person goes is not followed: it stays, too.
    """
    ways: dict[str, Way] = {ROOT: ()}
    nearest = [ROOT]
    while nearest:
        further: list[str] = []
        for link in sorted(catalogue.links, key=lambda link: (link.table, link.columns)):
            if link.target in nearest and link.table not in ways:
                ways[link.table] = (link, *ways[link.target])
                if goes(catalogue.tables.get(link.table, ())):
                    further.append(link.table)
        nearest = further
    return ways


def exported(columns: Sequence[Column]) -> list[Column]:
    """The columns that somebody's copy of their data holds."""
    return [column for column in columns if column.export]


def goes(columns: Sequence[Column]) -> bool:
    """Whether a person's rows go with them."""
    return any(column.erase in {"row", "key"} for column in columns)


def find_troubles(catalogue: Catalogue, *, kept: Collection[str]) -> list[str]:
    """What is declared one way and built another. `kept`: the words that retention knows. Empty: all is well."""
    ways = find_ways(catalogue)
    troubles: list[str] = []
    for table, columns in catalogue.tables.items():
        troubles += [
            f"{table}.{c.name} is kept for “{c.kept}”, which retention does not know"
            for c in columns
            if not _is_known(c.kept, kept)
        ]
        if table not in ways:
            troubles += [
                f"{table}.{c.name} is a person's, but no foreign key leads to one"
                for c in columns
                if c.export or c.erase != "keep" or (c.name in NAMES and not _is_register(columns))
            ]
            continue
        own = [link for link in catalogue.links if link.table == table and link.target in ways]
        wanted = "cascade" if goes(columns) else "set null"
        troubles += [
            f"{table} → {link.target}: on delete {wanted} is wanted" for link in own if link.on_delete != wanted
        ]
        if not goes(columns) and not any(c.erase == "blank" for c in columns):
            troubles.append(f"{table} belongs to people and says of no column that it goes with them")
        if table == FILES:
            continue
        names = {c.name for c in columns}
        troubles += [
            f"{table}.{c.name} is sealed and to be exported, but the table has no column id to open it by"
            for c in columns
            if c.holds == "sealed" and c.export and "id" not in names
        ]
    return troubles


def _is_known(said: str, kept: Collection[str]) -> bool:
    return all(word in kept for word in said.split(" or "))


def _is_register(columns: Sequence[Column]) -> bool:
    """A table that names people and is meant to outlive them: a ledger."""
    return all(column.erase == "keep" and not column.export for column in columns)
