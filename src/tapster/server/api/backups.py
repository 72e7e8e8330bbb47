"""Backups of everything but keys: made, listed, verified, brought back."""

from typing import Literal

from litestar import delete, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct

from tapster.core.backups import Backup, Restored
from tapster.server.gate import ThisTapster, house


class NewBackup(Struct, frozen=True, forbid_unknown_fields=True):
    """A note to find the backup by later."""

    note: str = ""


class Restore(Struct, frozen=True, forbid_unknown_fields=True):
    """`replace` puts the backup in the place of what is there, which is backed up first;
    `copies` adds the chats that are missing or have changed since beside those there are.
    """

    how: Literal["replace", "copies"] = "copies"


class Listed(Struct, frozen=True):
    """Backups, newest first."""

    backups: tuple[Backup, ...]


@get("/api/backups", opt=house("backup", admins=True))
async def list_backups(tapster: ThisTapster) -> Listed:
    """List the backups."""
    return Listed(await tapster.backups.all())


@post("/api/backups", opt=house("backup", admins=True))
async def make_backup(tapster: ThisTapster, data: JSONBody[NewBackup | None] = None) -> Backup:
    """Make a verified backup. Keys are not in it."""
    return await tapster.backups.create(data.note if data else "")


@post("/api/backups/{name:str}/verify", opt=house("backup", admins=True), status_code=200)
async def verify_backup(name: FromPath[str], tapster: ThisTapster) -> Backup:
    """Read all of a backup and check it."""
    return await tapster.backups.verify(name)


@post("/api/backups/{name:str}/restore", opt=house("backup", admins=True), status_code=200)
async def restore_backup(
    name: FromPath[str], tapster: ThisTapster, data: JSONBody[Restore | None] = None
) -> Restored:
    """Bring a backup back; what came after it is not lost."""
    return await tapster.backups.restore(name, how=(data or Restore()).how)


@delete("/api/backups/{name:str}", opt=house("backup", admins=True), status_code=204)
async def remove_backup(name: FromPath[str], tapster: ThisTapster) -> None:
    """Remove a backup for good."""
    await tapster.backups.remove(name)


ROUTES = (list_backups, make_backup, verify_backup, restore_backup, remove_backup)
