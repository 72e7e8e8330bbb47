"""Line 23: every route, every verb, and somebody whose thing it is not.

The matrix is made from the routes themselves. A route that does not say whose things it touches
fails, and so does one that touches a thing nobody here knows how to make: add a maker.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import msgspec
import pytest

from callers import add_person, client_of, session_of, token_of
from tapster.app import Tapster
from tapster.core.chats import ChatFields
from tapster.core.errands import Asker, Claim
from tapster.core.preferences import PreferenceFields
from tapster.server.application import make_application
from tapster.server.gate import TOUCHES, Touches
from tapsters import open_tapster


@dataclass
class Made:
    """Somebody's thing: what names it in an address, words only it has, and whether it is there."""

    names: dict[str, str]
    words: tuple[str, ...]
    is_there: Callable[[], Awaitable[bool]]


async def make_session(tapster: Tapster, owner: str) -> Made:
    await session_of(tapster, "Ada")
    (session, *_) = await tapster.sessions.of(owner)

    async def is_there() -> bool:
        return session.id in {each.id for each in await tapster.sessions.of(owner)}

    return Made({"session_id": session.id}, (session.id,), is_there)


async def make_token(tapster: Tapster, owner: str) -> Made:
    token, _ = await tapster.tokens.create("Adas secret program", owner=owner)

    async def is_there() -> bool:
        return token.id in {each.id for each in await tapster.tokens.of(owner)}

    return Made({"token_id": token.id}, (token.id, token.name), is_there)


async def make_chat(tapster: Tapster, owner: str) -> Made:
    chat = await tapster.chats.create(owner, ChatFields(title="Adas secret chat"))
    await tapster.chats.tree.say(owner, chat.id, "Adas secret words")

    async def is_there() -> bool:
        now = await tapster.chats.get(owner, chat.id)
        window = await tapster.chats.windows.open(owner, chat.id)
        words = [each.message.text for each in window.messages]
        return now.title == "Adas secret chat" and words == ["Adas secret words"]

    return Made({"chat_id": chat.id}, (chat.title, "Adas secret words"), is_there)


async def make_message(tapster: Tapster, owner: str) -> Made:
    chat = await tapster.chats.create(owner)
    tree = tapster.chats.tree
    message = await tree.say(owner, chat.id, "Adas first words")
    await tree.edit(owner, message.id, "Adas second words")
    (edition,) = await tree.editions(owner, message.id)

    async def is_there() -> bool:
        placed = await tapster.chats.windows.message(owner, message.id)
        return placed.message.text == "Adas second words" and not placed.message.hidden

    names = {"message_id": message.id, "edition_id": edition.id}
    return Made(names, ("Adas first words", "Adas second words"), is_there)


async def make_checkpoint(tapster: Tapster, owner: str) -> Made:
    chat = await tapster.chats.create(owner)
    message = await tapster.chats.tree.say(owner, chat.id, "A place")
    place = await tapster.chats.views.checkpoint(owner, message.id, "Adas secret place")

    async def is_there() -> bool:
        return place in await tapster.chats.views.checkpoints(owner, chat.id)

    return Made({"checkpoint_id": place.id}, (place.name,), is_there)


async def make_run(tapster: Tapster, owner: str) -> Made:
    chat = await tapster.chats.create(owner)
    said = await tapster.runs.say(owner, chat.id, "Adas secret question")

    async def is_there() -> bool:
        run = await tapster.runs.get(owner, said.run.id)
        return not run.stop_asked and run.state != "stopped"

    return Made({"run_id": said.run.id}, (said.run.id, chat.id), is_there)


async def make_attachment(tapster: Tapster, owner: str) -> Made:
    content = b"Adas secret picture"
    kept = await tapster.chats.attachments.add(
        owner, content, name="Adas picture.png", media_type="image/png"
    )

    async def is_there() -> bool:
        return await tapster.chats.attachments.read(owner, kept.id) == content

    return Made({"attachment_id": kept.id}, (content.decode(), kept.name), is_there)


async def make_errand(tapster: Tapster, owner: str) -> Made:
    asker = Asker(owner, "page-of-ada")
    lent = tapster.errands.errand(asker, "window.ai", {"messages": ["Adas secret words"]})
    errand = lent.__enter__()

    async def is_there() -> bool:
        heard = await tapster.errands.ask(owner, errand.id, Claim("page-of-ada"))
        return lent is not None and heard.body is not None

    return Made({"errand_id": errand.id}, ("Adas secret words",), is_there)


async def make_news(tapster: Tapster, owner: str) -> Made:
    made = await make_chat(tapster, owner)
    return Made({}, made.words, made.is_there)


async def make_preferences(tapster: Tapster, owner: str) -> Made:
    wishes = PreferenceFields(system="Adas secret instructions", font_size=20)
    liked = await tapster.preferences.change(owner, wishes)

    async def is_there() -> bool:
        return await tapster.preferences.of(owner) == liked

    return Made({}, (liked.system,), is_there)


async def make_search(tapster: Tapster, owner: str) -> Made:
    made = await make_chat(tapster, owner)
    return Made({}, made.words, made.is_there)


# One for each noun that belongs to one person.
MAKERS: dict[str, Callable[[Tapster, str], Awaitable[Made]]] = {
    "attachment": make_attachment,
    "chat": make_chat,
    "errand": make_errand,
    "checkpoint": make_checkpoint,
    "message": make_message,
    "news": make_news,
    "preferences": make_preferences,
    "run": make_run,
    "search": make_search,
    "session": make_session,
    "token": make_token,
}

# Where the least a body may be is less than what is needed, and what has to be asked for.
BODIES = {
    "/api/errands/{errand_id:str}/claim": {"type": "claim", "page": "page-of-bob"},
    "/api/errands/{errand_id:str}/decline": {"type": "decline", "page": "page-of-bob", "code": "x"},
    "/api/errands/{errand_id:str}/report": {"type": "report", "page": "page-of-bob", "first": 1},
    "/api/chats/{chat_id:str}/messages": {"text": "words"},
    "/api/messages/{message_id:str}": {"text": "words"},
    "/api/messages/{message_id:str}/alternatives": {"text": "words"},
}
QUERIES = {"/api/search": "?q=Adas"}

# These never end of themselves: what is heard of another's there, test_live.py looks at.
ENDLESS = {"/api/live"}

OPEN = {
    ("GET", "/"),
    ("GET", "/health/live"),
    ("GET", "/health/ready"),
    ("GET", "/api/house"),
    ("GET", "/api/schema"),
    ("POST", "/api/session"),
}


@dataclass
class Way:
    """A verb at an address."""

    method: str
    path: str
    touches: Touches | None
    body: Any

    @property
    def names(self) -> list[str]:
        return [part[1:-1].partition(":")[0] for part in self.path.split("/") if part[:1] == "{"]

    def address(self, names: dict[str, str]) -> str:
        parts = [
            names.get(part[1:-1].partition(":")[0], "0" * 32) if part[:1] == "{" else part
            for part in self.path.split("/")
        ]
        return "/".join(parts) + QUERIES.get(self.path, "")

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


def sample(kind: msgspec.inspect.Type) -> Any:
    """Return the least a body of this kind may be."""
    match kind:
        case msgspec.inspect.StructType():
            return {f.encode_name: sample(f.type) for f in kind.fields if f.required}
        case msgspec.inspect.UnionType():
            return sample(kind.types[0])
        case msgspec.inspect.LiteralType():
            return kind.values[0]
        case msgspec.inspect.BoolType():
            return True
        case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
            return 1
        case msgspec.inspect.DictType():
            return {}
        case msgspec.inspect.StrType():
            return "long enough"
        case _:
            return []


def every_way(application: Any) -> list[Way]:
    """Return what can be asked for, from the routes of the application."""
    ways = []
    for route in application.rooms.routes:
        for handler in route.route_handlers:
            if handler.http_methods == {"OPTIONS"}:
                continue  # the framework's own answer: which methods there are
            data = handler.parsed_fn_signature.parameters.get("data")
            body = sample(msgspec.inspect.type_info(data.annotation)) if data else None
            body = body if body is None else BODIES.get(route.path, body)
            ways += [
                Way(method, route.path, handler.opt.get(TOUCHES), body)
                for method in sorted(handler.http_methods)
            ]
    assert len(ways) > 30
    return ways


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path) as tapster:
        yield tapster


@pytest.fixture
def application(tapster):
    return make_application(tapster)


@pytest.fixture
async def ada(tapster):
    """The first account, whose things the others are after."""
    return await add_person(tapster, "Ada")


@pytest.fixture
async def others(tapster, application, ada):
    """Clients of everyone else: a member, another admin, and their programs."""
    member = await add_person(tapster, "Bob")
    admin = await add_person(tapster, "Cleo", "admin")
    shown = {
        "member": {"session": await session_of(tapster, "Bob")},
        "admin": {"session": await session_of(tapster, "Cleo")},
        "member's program": {"token": await token_of(tapster, "api", owner=member.id)},
        "admin's program": {"token": await token_of(tapster, "api", "admin", owner=admin.id)},
    }
    return {who: lambda each=each: client_of(application, **each) for who, each in shown.items()}


def test_every_route_says_whose_things_it_touches(application):
    silent = [str(way) for way in every_way(application) if way.touches is None]
    unknown = [
        str(way)
        for way in every_way(application)
        if way.touches and way.touches.whose == "own" and way.touches.noun not in MAKERS
    ]

    assert silent == []
    assert unknown == [], "add a maker of this noun to MAKERS"


def test_what_is_open_to_all_is_known(application):
    ways = every_way(application)

    assert {
        (way.method, way.path) for way in ways if way.touches and way.touches.whose == "nobody"
    } == OPEN


async def test_a_stranger_is_asked_who_they_are_everywhere_else(application):
    let_in = []
    async with client_of(application) as stranger:
        for way in every_way(application):
            if (way.method, way.path) in OPEN:
                continue
            reply = await stranger.request(way.method, way.address({}), json=way.body)
            if reply.status_code != 401:
                let_in.append((str(way), reply.status_code))

    assert let_in == []


async def test_a_token_for_the_gateway_opens_nothing_here(tapster, application):
    token = await token_of(tapster, "chat", "models")
    let_in = []
    async with client_of(application, token=token) as program:
        for way in every_way(application):
            if (way.method, way.path) in OPEN:
                continue
            reply = await program.request(way.method, way.address({}), json=way.body)
            if reply.status_code != 403:
                let_in.append((str(way), reply.status_code))

    assert let_in == []


@pytest.mark.parametrize("noun", MAKERS)
async def test_anothers_thing_does_not_exist(tapster, application, ada, others, noun):
    wrong = []
    for who, client in others.items():
        for way in every_way(application):
            if way.touches is None or (way.touches.whose, way.touches.noun) != ("own", noun):
                continue
            made = await MAKERS[noun](tapster, ada.id)
            async with client() as other:
                if way.path in ENDLESS:
                    continue
                if way.method == "DELETE" and not way.names:
                    continue  # it ends what the caller has of this, and they are needed still
                reply = await other.request(way.method, way.address(made.names), json=way.body)
            refused = (404, 403) if way.touches.careful and "program" in who else (404,)
            if way.names and reply.status_code not in refused:
                wrong.append((who, str(way), reply.status_code))
            if any(word in reply.text for word in made.words if word not in str(made.names)):
                wrong.append((who, str(way), "tells"))
            if not way.names and any(word in reply.text for word in made.words):
                wrong.append((who, str(way), "lists"))
            if not await made.is_there():
                wrong.append((who, str(way), "is gone"))
            if noun == "token":
                await tapster.tokens.revoke(made.names["token_id"])

    assert wrong == []


async def test_anothers_thing_and_none_at_all_are_refused_in_the_same_words(
    tapster, application, ada, others
):
    for noun, make in MAKERS.items():
        made = await make(tapster, ada.id)
        for way in every_way(application):
            if way.touches is None or way.touches.noun != noun or not way.names:
                continue
            async with others["admin"]() as other:
                theirs = await other.request(way.method, way.address(made.names), json=way.body)
                none = await other.request(way.method, way.address({}), json=way.body)

            words = {
                reply.json()["detail"].replace(id_, "ID")
                for reply, ids in ((theirs, made.names.values()), (none, ["0" * 32]))
                for id_ in ids
            }
            assert len(words) == 1, words


async def test_what_is_the_houses_only_admins_change(application, others):
    wrong = []
    for who in ("member", "member's program"):
        async with others[who]() as member:
            for way in every_way(application):
                if way.touches is None or way.touches.whose != "house":
                    continue
                if way.method == "GET" and not way.touches.admins:
                    continue
                reply = await member.request(way.method, way.address({}), json=way.body)
                if reply.status_code != 403:
                    wrong.append((who, str(way), reply.status_code))

    assert wrong == []
