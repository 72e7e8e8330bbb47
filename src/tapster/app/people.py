"""What an admin does with people: add, change, disable, remove."""

import time
from collections.abc import Awaitable, Callable

from msgspec import structs

from tapster.app.backoff import Backoff
from tapster.core.errors import Conflict, InvalidInput, NotFound
from tapster.core.people import ME, Person, Role, accept_name, handle_of
from tapster.core.secrets import Secret
from tapster.store import Rows, Store
from tapster.vault import Passwords

_ROLES = ("admin", "member")


class People:
    """The desk for accounts."""

    def __init__(
        self,
        *,
        store: Store,
        passwords: Passwords,
        new_id: Callable[[], str],
        clock: Callable[[], float] = time.time,
        changed: Callable[[], None] = lambda: None,
        stop_runs: Callable[[str], Awaitable[None]] | None = None,
    ) -> None:
        self._store = store
        self._passwords = passwords
        self._new_id = new_id
        self._clock = clock
        self._changed = changed
        self._stop_runs = stop_runs
        self._tries = Backoff()

    async def all(self) -> tuple[Person, ...]:
        """Return everyone, oldest first."""
        async with self._store.read() as rows:
            return await rows.people.all()

    async def find(self, which: str) -> Person:
        """Return the person of this name or id. Raises `NotFound`."""
        async with self._store.read() as rows:
            return await _found(rows, which)

    async def with_password(self) -> frozenset[str]:
        """Return the ids of those who have a password."""
        async with self._store.read() as rows:
            return await rows.people.with_password()

    async def are_secured(self) -> bool:
        """Return whether anyone has a password: from then on everyone signs in."""
        return bool(await self.with_password())

    async def add(self, name: str, password: Secret, *, role: Role = "member") -> Person:
        """Make an account. The first one is an admin, and owns what is there already."""
        name = accept_name(name)
        role = _accept_role(role)
        sealed = await self._passwords.seal(password)
        now = self._clock()
        async with self._store.begin() as rows:
            me = await rows.people.by_id(ME)
            if me is not None and not await rows.people.with_password():
                person = structs.replace(
                    me, name=name, handle=handle_of(name), role="admin", created_at=now
                )
                await rows.people.replace(person)
                # Whoever came in while no password was asked for has to sign in.
                await rows.sessions.remove_of(ME)
            else:
                person = Person(
                    id=self._new_id(),
                    name=name,
                    handle=handle_of(name),
                    role=role,
                    created_at=now,
                )
                await rows.people.add(person)
            await rows.people.keep_password(person.id, sealed, at=now)
        self._changed()
        return person

    async def change_password(
        self, which: str, password: Secret, *, keep: str | None = None
    ) -> Person:
        """Give a person another password. It ends their sessions but the one with the id `keep`."""
        sealed = await self._passwords.seal(password)
        async with self._store.begin() as rows:
            person = await _found(rows, which)
            await rows.people.keep_password(person.id, sealed, at=self._clock())
            await rows.sessions.remove_of(person.id, but=keep)
        self._changed()
        return person

    async def change_own_password(
        self, person: Person, current: Secret, password: Secret, *, keep: str | None
    ) -> None:
        """Change a password by who knows the current one. Raises `InvalidInput` if they do not.

        A session somebody left open is no way to guess it: `TooOften` after a few tries.
        """
        self._tries.begin(person.id)
        async with self._store.read() as rows:
            sealed = await rows.people.password_of(person.id)
        if sealed is not None and not await self._passwords.fits(sealed, current):
            raise InvalidInput("The current password is another one.", field="current")
        self._tries.succeed(person.id)
        await self.change_password(person.id, password, keep=keep)

    async def change(
        self,
        which: str,
        *,
        name: str | None = None,
        role: Role | None = None,
        disabled: bool | None = None,
    ) -> Person:
        """Rename a person, give them another role, disable or enable them.

        Who gets another role signs in anew: what they may has changed. Who is disabled has no
        session any more and their tokens are refused, but nothing is lost.
        """
        async with self._store.begin() as rows:
            before = person = await _found(rows, which)
            if name is not None:
                name = accept_name(name)
                person = structs.replace(person, name=name, handle=handle_of(name))
            if role is not None:
                person = structs.replace(person, role=_accept_role(role))
            if disabled is not None:
                since = before.disabled_at or self._clock()
                person = structs.replace(person, disabled_at=since if disabled else None)
            if person.role != "admin" or person.is_disabled:
                await _demand_another_admin(rows, before)
            await rows.people.replace(person)
            if person.role != before.role or person.is_disabled:
                await rows.sessions.remove_of(person.id)
        self._changed()
        return person

    async def remove(self, which: str, *, with_chats: bool = False) -> Person:
        """Remove a person for good, with their sessions and tokens.

        Their chats and files go too where `with_chats` says so; otherwise a person who has any
        stays, and `Conflict` is raised. What is being written for them is stopped before.
        """
        async with self._store.begin() as rows:
            person = await _found(rows, which)
            await _demand_another_admin(rows, person)
            if person.id == ME:
                raise Conflict(
                    f"{person.name!r} is the first account and owns what was there before: it "
                    "cannot be removed. Disable it instead, or rename it."
                )
            count = await rows.chats.count_of(person.id)
            if count and not with_chats:
                chats = "one chat" if count == 1 else f"{count:,} chats"
                raise Conflict(
                    f"{person.name!r} has {chats}, which would be gone for good: say so (tapster "
                    "users remove NAME --with-chats), or disable the account instead."
                )
            # From here on nothing begins for them, and what they have is no more being read.
            now = self._clock()
            await rows.people.replace(structs.replace(person, disabled_at=now))
            await rows.sessions.remove_of(person.id)
        self._changed()
        if self._stop_runs is not None:
            await self._stop_runs(person.id)
        async with self._store.begin() as rows:
            # First of all, so that no import that ends meanwhile gives them another chat.
            await rows.people.remove(person.id)
            await rows.chats.remove_of(person.id)
            await rows.attachments.remove_of(person.id)
        self._changed()
        await self._store.make_durable()
        return person


async def _found(rows: Rows, which: str) -> Person:
    found = await rows.people.by_id(which) or await rows.people.by_handle(handle_of(which))
    if found is None:
        raise NotFound(f"There is no person {which!r}. See `tapster users list`.")
    return found


async def _demand_another_admin(rows: Rows, person: Person) -> None:
    secured = await rows.people.with_password()
    others = [
        each
        for each in await rows.people.all()
        if each.role == "admin" and not each.is_disabled and each.id in secured
    ]
    is_one = person.role == "admin" and not person.is_disabled
    if is_one and not any(each.id != person.id for each in others):
        raise Conflict(
            f"{person.name!r} is the only admin who can sign in: make another person an admin "
            "first (tapster users role NAME admin)."
        )


def _accept_role(role: str) -> Role:
    if role not in _ROLES:
        raise InvalidInput(f"A role is one of: {', '.join(_ROLES)}.", field="role")
    return "admin" if role == "admin" else "member"
