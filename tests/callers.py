"""Who asks, in tests of the server: people who are signed in, programs with tokens, strangers."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx

from tapster.app import Tapster
from tapster.core.people import ME, Person, Role
from tapster.core.secrets import Secret

HOST = "http://localhost:8277"
PASSWORD = "correct horse battery"


async def add_person(tapster: Tapster, name: str, role: Role = "member") -> Person:
    """Make an account with the usual password."""
    return await tapster.people.add(name, Secret(PASSWORD), role=role)


async def session_of(tapster: Tapster, name: str) -> str:
    """Sign in and return the session's secret."""
    _, secret = await tapster.sessions.sign_in(name, Secret(PASSWORD), address="test")
    return secret.reveal()


async def token_of(tapster: Tapster, *scopes: str, owner: str = ME, name: str = "t", **more) -> str:
    """Make an access token and return its secret."""
    _, secret = await tapster.tokens.create(name, owner=owner, scopes=scopes, **more)
    return secret.reveal()


@asynccontextmanager
async def client_of(
    application: Any, *, session: str = "", token: str = "", **headers: str
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with `session`, or a program with `token`, that calls without a socket."""
    if session:
        headers = {"cookie": f"tapster_session={session}", "origin": HOST} | headers
    if token:
        headers = {"authorization": f"Bearer {token}"} | headers
    transport = httpx.ASGITransport(app=application)
    async with httpx.AsyncClient(transport=transport, base_url=HOST, headers=headers) as client:
        yield client
