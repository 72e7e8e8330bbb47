"""Accounts, for admins."""

from typing import Annotated

from litestar import delete, get, patch, post, put
from litestar.params import FromPath, FromQuery, JSONBody
from msgspec import UNSET, Meta, Struct, UnsetType

from tapster.app import Tapster
from tapster.core.people import Person, Role
from tapster.core.secrets import Secret
from tapster.server.gate import ThisCaller, ThisTapster, house

Password = Annotated[str, Meta(max_length=1024)]


class PersonShown(Struct, frozen=True):
    """An account as admins see it."""

    id: str
    name: str
    role: Role
    created_at: float
    disabled_at: float | None
    has_password: bool


class NewPerson(Struct, frozen=True, forbid_unknown_fields=True):
    """An account to make. The first of all becomes an admin."""

    name: str
    password: Password
    role: Role = "member"


class PersonChanges(Struct, frozen=True, forbid_unknown_fields=True):
    """What to change of an account; what is left out stays."""

    name: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    disabled: bool | UnsetType = UNSET


class PasswordGiven(Struct, frozen=True, forbid_unknown_fields=True):
    """Another password for somebody."""

    password: Password


@get("/api/people", opt=house("person", admins=True))
async def list_people(tapster: ThisTapster) -> list[PersonShown]:
    """List everyone who has an account."""
    secured = await tapster.people.with_password()
    return [_shown(person, secured) for person in await tapster.people.all()]


@post("/api/people", opt=house("person", admins=True))
async def add_person(tapster: ThisTapster, data: JSONBody[NewPerson]) -> PersonShown:
    """Make an account."""
    person = await tapster.people.add(data.name, Secret(data.password), role=data.role)
    return await _now(tapster, person)


@get("/api/people/{person_id:str}", opt=house("person", admins=True))
async def show_person(person_id: FromPath[str], tapster: ThisTapster) -> PersonShown:
    """Show one account."""
    return await _now(tapster, await tapster.people.find(person_id))


@patch("/api/people/{person_id:str}", opt=house("person", admins=True))
async def change_person(
    person_id: FromPath[str], tapster: ThisTapster, data: JSONBody[PersonChanges]
) -> PersonShown:
    """Rename somebody, give them another role, disable or enable them."""
    person = await tapster.people.change(
        person_id,
        name=None if data.name is UNSET else data.name,
        role=None if data.role is UNSET else data.role,
        disabled=None if data.disabled is UNSET else data.disabled,
    )
    return await _now(tapster, person)


@put("/api/people/{person_id:str}/password", opt=house("person", admins=True), status_code=204)
async def give_password(
    person_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[PasswordGiven],
) -> None:
    """Give somebody another password. Their sessions end; one's own goes on."""
    keep = caller.session.id if caller.session else None
    await tapster.people.change_password(person_id, Secret(data.password), keep=keep)


@delete("/api/people/{person_id:str}", opt=house("person", admins=True), status_code=204)
async def remove_person(
    person_id: FromPath[str], tapster: ThisTapster, with_chats: FromQuery[bool] = False
) -> None:
    """Remove somebody for good. One who has chats stays, unless they go `with_chats`."""
    await tapster.people.remove(person_id, with_chats=with_chats)


async def _now(tapster: Tapster, person: Person) -> PersonShown:
    return _shown(person, await tapster.people.with_password())


def _shown(person: Person, secured: frozenset[str]) -> PersonShown:
    return PersonShown(
        id=person.id,
        name=person.name,
        role=person.role,
        created_at=person.created_at,
        disabled_at=person.disabled_at,
        has_password=person.id in secured,
    )


ROUTES = (list_people, add_person, show_person, change_person, give_password, remove_person)
