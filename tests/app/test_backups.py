"""Backups on both databases: what is in them, and what comes back."""

import asyncio
import os
import sqlite3
import stat
from contextlib import asynccontextmanager

import pytest

from databases import KINDS, database_of
from mock_provider import MockProvider
from mounts import small_disk
from tapster.app.backups import Backups
from tapster.core.chats import Attachment, Chat, ChatMessage, Checkpoint, Edition
from tapster.core.errors import InvalidInput, NotFound, StoreError
from tapster.core.messages import Text
from tapster.core.run_events import RunInterrupted, RunText
from tapster.core.secrets import Secret
from tapster.store.layouts import SECRETS
from tapster.store.tables import metadata
from tapsters import add, config_in, open_tapster

NOON = 1_800_000_000.0
DAY = 86_400.0


class Clock:
    def __init__(self):
        self.now = NOON

    def __call__(self):
        self.now += 1.0
        return self.now


@pytest.fixture(params=KINDS)
def database(request, tmp_path):
    with database_of(request.param, tmp_path) as url:
        yield url


@pytest.fixture
def opened(database, tmp_path):
    @asynccontextmanager
    async def open_one(**more):
        config = config_in(tmp_path, database_url=database)
        async with open_tapster(tmp_path, config=config, clock=Clock(), **more) as tapster:
            yield tapster

    return open_one


@pytest.fixture
async def tapster(opened):
    async with opened() as tapster:
        yield tapster


def id_of(number):
    return f"{number:032x}"


async def talk(tapster, number=1, *, words=("Hello barkeeper", "Good evening"), owner="me"):
    """Keep a chat of two messages and an attachment; ids begin at a thousand times `number`."""
    at = number * 1000
    question, answer = id_of(at + 1), id_of(at + 2)
    async with tapster._store.begin() as rows:
        await rows.chats.add(
            Chat(id=id_of(at), owner=owner, title=f"Chat {number}", head=answer, created_at=1.5)
        )
        await rows.attachments.add(
            Attachment(
                id=id_of(at + 3),
                owner=owner,
                name="a.png",
                media_type="image/png",
                size=3,
                digest="d",
                created_at=1.0,
            ),
            b"\x00\xffx",
        )
        await rows.messages.add_all(
            [
                ChatMessage(id=question, chat_id=id_of(at), role="user", parts=(Text(words[0]),)),
                ChatMessage(
                    id=answer,
                    chat_id=id_of(at),
                    parent_id=question,
                    role="assistant",
                    parts=(Text(words[1]),),
                ),
            ]
        )
        await rows.editions.add(
            Edition(id=id_of(at + 4), message_id=answer, parts=(Text("Evening"),))
        )
        await rows.checkpoints.add(
            Checkpoint(id=id_of(at + 5), chat_id=id_of(at), message_id=question, name="Start")
        )
    return id_of(at)


async def texts(tapster, chat_id):
    async with tapster._store.read() as rows:
        return [message.text for message in await rows.messages.of(chat_id)]


async def found(tapster, words):
    async with tapster._store.read() as rows:
        return [hit.chat_id for hit in (await rows.search.find("me", words)).hits]


def files_in(tapster):
    return sorted(each.name for each in tapster.config.backups_dir.iterdir())


async def test_a_backup_holds_every_row_but_no_key_token_or_password(tapster):
    await add(tapster, "custom", "http://127.0.0.1:9/v1", key="sk-CANARY-0123456789")
    await tapster.tokens.create("program")
    await tapster.people.add("ada", Secret("a long CANARY pass phrase"))
    await talk(tapster)
    async with tapster._store.read() as rows:
        (sealed,) = await rows.keys.all()
        (token,) = await rows.tokens.all()
        header = await rows.vault.get()

    backup = await tapster.backups.create("before the party")

    raw = (tapster.config.backups_dir / f"{backup.name}.backup").read_bytes()
    assert backup.contents.counts["messages"] == 2
    assert backup.contents.counts["attachments"] == 1
    assert backup.contents.note == "before the party"
    assert not SECRETS & set(backup.contents.counts)
    for secret in (sealed.sealed, token.digest, header, b"CANARY", b"argon2"):
        assert secret not in raw
    assert b"Good evening" in raw


def test_every_table_with_something_secret_is_left_out():
    secret = {"sealed", "digest", "header"}
    tables = {
        table.name
        for table in metadata.tables.values()
        if secret & {column.name for column in table.columns}
    }

    # An attachment's digest is a checksum.
    assert tables - {"attachments"} == SECRETS


@pytest.mark.skipif(os.name != "posix", reason="modes are POSIX")
async def test_a_backup_is_its_owners_alone(tapster):
    backup = await tapster.backups.create()

    file = tapster.config.backups_dir / f"{backup.name}.backup"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


async def test_a_restore_brings_everything_back_and_keeps_what_it_replaces(tapster):
    chat = await talk(tapster)
    backup = await tapster.backups.create()
    later = await talk(tapster, 2, words=("Something later", "Indeed"))
    async with tapster._store.begin() as rows:
        await rows.chats.remove(chat)

    restored = await tapster.backups.restore(backup.name)

    assert await texts(tapster, chat) == ["Hello barkeeper", "Good evening"]
    assert await texts(tapster, later) == []
    assert await found(tapster, "barkeeper") == [chat]
    assert await found(tapster, "later") == []
    async with tapster._store.read() as rows:
        assert await rows.attachments.content_of(id_of(1003)) == b"\x00\xffx"

    await tapster.backups.restore(restored.before)

    assert await texts(tapster, later) == ["Something later", "Indeed"]
    assert await found(tapster, "later") == [later]


async def test_what_is_written_after_a_restore_has_its_place_behind_it(tapster):
    await talk(tapster)
    backup = await tapster.backups.create()
    await tapster.backups.restore(backup.name)

    chat = await talk(tapster, 2)

    assert await texts(tapster, chat) == ["Hello barkeeper", "Good evening"]


async def test_keys_tokens_and_people_stay_at_a_restore(tapster):
    backup = await tapster.backups.create()
    await add(tapster, "custom", "http://127.0.0.1:9/v1", key="sk-good-0123456789")
    _, secret = await tapster.tokens.create("program")
    await tapster.people.add("ada", Secret("a long enough pass phrase"))

    await tapster.backups.restore(backup.name)

    assert await tapster.tokens.recognise(secret.reveal()) is not None
    assert [person.name for person in await tapster.people.all()] == ["ada"]
    assert len(await tapster.keys.all()) == 1


async def test_chats_that_are_gone_or_changed_come_back_as_copies(tapster):
    same, changed, gone = [await talk(tapster, number) for number in (1, 2, 3)]
    backup = await tapster.backups.create()
    async with tapster._store.begin() as rows:
        (_, answer) = await rows.messages.of(changed)
        await rows.messages.fill(
            answer.id, parts=(Text("Rewritten"),), reply=None, run_id=None, at=5.0
        )
        await rows.chats.remove(gone)

    restored = await tapster.backups.restore(backup.name, how="copies")

    assert restored.unchanged == 1
    assert restored.before is None
    assert len(restored.chats) == 2
    assert not {same, changed, gone} & set(restored.chats)
    assert await texts(tapster, changed) == ["Hello barkeeper", "Rewritten"]
    for copy in restored.chats:
        assert await texts(tapster, copy) == ["Hello barkeeper", "Good evening"]
        async with tapster._store.read() as rows:
            chat = await rows.chats.by_id(copy)
            question, answer = await rows.messages.of(copy)
        assert "(backup of " in chat.title
        assert chat.head == answer.id
        assert answer.parent_id == question.id
    assert set(await found(tapster, "evening")) == {same, *restored.chats}


async def test_a_chat_that_was_being_imported_is_none_to_bring_back(tapster):
    half = Chat(id="f" * 32, owner="me")
    await talk(tapster, 1)
    async with tapster._store.begin() as rows:
        await rows.arrivals.begin(half, at=1.0)
    backup = await tapster.backups.create()
    async with tapster._store.begin() as rows:
        assert await rows.arrivals.remove_some(half.id, most=1)

    restored = await tapster.backups.restore(backup.name, how="copies")

    assert (restored.chats, restored.unchanged) == ((), 1)


async def test_a_backup_of_either_database_restores_into_the_other(tmp_path):
    with database_of("sqlite", tmp_path) as one, database_of("postgresql", tmp_path) as other:
        first = config_in(tmp_path / "1", database_url=one)
        second = config_in(tmp_path / "2", database_url=other)
        async with (
            open_tapster(tmp_path, config=first, clock=Clock()) as here,
            open_tapster(tmp_path, config=second, clock=Clock()) as there,
        ):
            chat = await talk(here)
            for giver, taker in ((here, there), (there, here)):
                backup = await giver.backups.create()
                file = f"{backup.name}.backup"
                raw = (giver.config.backups_dir / file).read_bytes()
                taker.config.backups_dir.mkdir(exist_ok=True)
                (taker.config.backups_dir / file).write_bytes(raw)

                await taker.backups.restore(backup.name)

                assert await texts(taker, chat) == ["Hello barkeeper", "Good evening"]
                assert await found(taker, "evening") == [chat]


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda raw: raw[: len(raw) // 2], "cut short"),
        (lambda raw: raw[:-1], "cut short"),
        (lambda raw: raw[:5000] + bytes([raw[5000] ^ 1]) + raw[5001:], "changed|damaged"),
        (lambda raw: b"not at all a database" * 400, "not made by"),
        (lambda raw: b"", "not made by"),
        (lambda raw: raw[:63] + b"\x09" + raw[64:], "newer Tapster"),
        (lambda raw: raw[:68] + b"ABCD" + raw[72:], "not made by"),
    ],
    ids=["half", "a byte less", "a bit flipped", "text", "empty", "newer", "foreign"],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_what_is_no_sound_backup_is_refused_and_nothing_changes(tapster, spoil, words):
    chat = await talk(tapster)
    backup = await tapster.backups.create()
    file = tapster.config.backups_dir / f"{backup.name}.backup"
    file.write_bytes(spoil(file.read_bytes()))
    before = files_in(tapster)

    for how in ("replace", "copies"):
        with pytest.raises(StoreError, match=words):
            await tapster.backups.restore(backup.name, how=how)
    with pytest.raises(StoreError, match=words):
        await tapster.backups.verify(backup.name)

    assert await texts(tapster, chat) == ["Hello barkeeper", "Good evening"]
    assert files_in(tapster) == before
    (listed,) = await tapster.backups.all()
    assert listed.damage or listed.contents


@pytest.mark.parametrize(
    "name",
    [
        "../../x",
        "/etc/passwd",
        "CON",
        "a\0b",
        "x" * 4096,
        "20270115-080001-manual\u202e",
        "",
        "20270115-080001-manual\n",
        "20270115-080001-manual/../x",
        ".",
        "٢٠٢٧٠١١٥-080001-manual",
    ],
)
@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_only_names_we_gave_are_names(tapster, name):
    for ask in (tapster.backups.verify, tapster.backups.restore, tapster.backups.remove):
        with pytest.raises(InvalidInput, match="not the name of a backup"):
            await ask(name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_link_is_no_backup(tapster, tmp_path):
    backup = await tapster.backups.create()
    file = tapster.config.backups_dir / f"{backup.name}.backup"
    elsewhere = tmp_path / "elsewhere"
    file.rename(elsewhere)
    file.symlink_to(elsewhere)

    with pytest.raises(NotFound):
        await tapster.backups.remove(backup.name)

    assert elsewhere.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_those_made_by_themselves_are_rotated_and_the_others_stay(opened):
    async with opened() as tapster:
        clock = tapster.backups._clock
        mine = await tapster.backups.create()
        for _ in range(60):
            clock.now += DAY
            assert await tapster.backups.make_due() == DAY
            assert 0 < await tapster.backups.make_due() < DAY

        backups = await tapster.backups.all()

    days = [int((clock.now - each.contents.made_at) // DAY) for each in backups[:-1]]
    assert days[:7] == list(range(7))
    assert 2 <= len(days[7:]) <= 3
    assert 14 <= days[-1] <= 28
    assert backups[-1].name == mine.name


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_a_backup_that_fails_is_logged_and_removes_nothing(opened, monkeypatch, caplog):
    async with opened() as tapster:
        await tapster.backups.make_due()
        before = files_in(tapster)
        tapster.backups._clock.now += 2 * DAY
        monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000})())

        assert await tapster.backups.make_due() == 3600.0

        assert files_in(tapster) == before
        assert "not enough room" in caplog.text


async def test_writing_goes_on_while_a_backup_is_made(tapster):
    await talk(tapster)

    async def write():
        for number in range(2, 12):
            await talk(tapster, number)

    backup, _ = await asyncio.gather(tapster.backups.create(), write())

    counts = backup.contents.counts
    assert counts["messages"] == 2 * counts["chats"]
    assert (await tapster.backups.verify(backup.name)).contents.counts == counts


async def test_the_database_an_older_tapster_left_is_kept_before_it_is_changed(opened, database):
    async with opened() as tapster:
        await add(tapster, "custom", "http://127.0.0.1:9/v1", key=None)
    set_back(database)

    async with opened() as tapster:
        (kept,) = await tapster.backups.all()
        assert "before-update" in kept.name
        assert kept.contents.schema == "0001"
        await tapster.connections.remove("here")

        await tapster.backups.restore(kept.name)

        assert (await tapster.connections.find("here")).name == "here"


def set_back(database):
    """Make the database what the first migration made of it."""
    from sqlalchemy import MetaData, create_engine, text

    from tapster.store.schema import migrate

    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as wire:
        kept = [dict(row._mapping) for row in wire.execute(text("SELECT * FROM connections"))]
        wire.execute(text("DROP TABLE IF EXISTS message_words"))
    with engine.begin() as wire:
        every = MetaData()
        every.reflect(wire)
        every.drop_all(wire)
    with engine.begin() as wire:
        migrate(wire, "0001")
        table = MetaData()
        table.reflect(wire, only=["connections"])
        import json

        for row in kept:
            for name in ("headers", "include_body", "exclude_body", "options", "timeouts"):
                if isinstance(row[name], str):
                    row[name] = json.loads(row[name])
        wire.execute(table.tables["connections"].insert(), kept)
    engine.dispose()


def test_a_backup_is_a_file_sqlite_reads(tmp_path):
    async def make():
        async with open_tapster(tmp_path, clock=Clock()) as tapster:
            await talk(tapster)
            return tapster.config.backups_dir / f"{(await tapster.backups.create()).name}.backup"

    file = asyncio.run(make())

    with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as copy:
        assert copy.execute("SELECT count(*) FROM messages").fetchone() == (2,)
    copy.close()


async def test_a_backup_on_a_full_disk_leaves_nothing_and_the_others_alone(tmp_path):
    with small_disk(tmp_path / "disk", size="3m") as disk:
        backups = disk / "backups"
        async with open_tapster(tmp_path, clock=Clock()) as tapster:
            tapster.backups._folder = backups
            await talk(tapster)
            async with tapster._store.begin() as rows:
                await rows.attachments.add(
                    Attachment(
                        id=id_of(7),
                        owner="me",
                        name="b",
                        media_type="image/png",
                        size=1,
                        digest="d",
                        created_at=1.0,
                    ),
                    os.urandom(2_000_000),
                )
            snapshots_before = None
            from tapster.store import snapshots

            spare, snapshots._SPARE = snapshots._SPARE, -(1 << 30)
            try:
                await tapster.backups.create()
                snapshots_before = sorted(each.name for each in backups.iterdir())

                with pytest.raises(StoreError, match="full"):
                    await tapster.backups.create()
            finally:
                snapshots._SPARE = spare

            assert sorted(each.name for each in backups.iterdir()) == snapshots_before
            (kept,) = await tapster.backups.all()
            await tapster.backups.verify(kept.name)


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_without_room_for_what_is_replaced_nothing_is_replaced(tapster, monkeypatch):
    chat = await talk(tapster)
    backup = await tapster.backups.create()
    async with tapster._store.begin() as rows:
        await rows.chats.remove(chat)
    monkeypatch.setattr("shutil.disk_usage", lambda folder: type("Usage", (), {"free": 1000})())

    with pytest.raises(StoreError, match="not enough room"):
        await tapster.backups.restore(backup.name)

    assert await texts(tapster, chat) == []


async def test_the_oldest_that_is_kept_can_be_restored(opened):
    async with opened() as tapster:
        chat = await talk(tapster)
        first = await tapster.backups.create()
        oldest = (await tapster.backups.restore(first.name)).before
        async with tapster._store.begin() as rows:
            await rows.chats.remove(chat)
        for _ in range(4):
            await tapster.backups.restore(first.name)
            async with tapster._store.begin() as rows:
                await rows.chats.remove(chat)

        restored = await tapster.backups.restore(oldest)

        assert await texts(tapster, chat) == ["Hello barkeeper", "Good evening"]
        names = {each.name for each in await tapster.backups.all()}
        assert {first.name, oldest, restored.before} <= names
        # The one that was needed goes with the next that is made.
        assert len(names) == 7
        await tapster.backups.create()
        assert oldest not in {each.name for each in await tapster.backups.all()}


async def test_backups_of_the_same_second_do_not_meet(tapster):
    await talk(tapster)
    tapster.backups._clock = lambda: NOON
    other = Backups(tapster.config.database, tapster.config.backups_dir, clock=lambda: NOON + 1)

    made = await asyncio.gather(
        *(tapster.backups.create(str(number)) for number in range(4)), other.create("other")
    )

    assert len({backup.name for backup in made}) == 5
    for backup in made:
        assert (await tapster.backups.verify(backup.name)).contents.note == backup.contents.note
    assert len(files_in(tapster)) == 5


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
async def test_two_processes_with_the_same_name_in_mind_destroy_nothing(tapster):
    await talk(tapster)
    folder, here = tapster.config.backups_dir, tapster.config.database
    desks = [Backups(here, folder, clock=lambda: NOON) for _ in range(4)]

    made = await asyncio.gather(*(desk.create() for desk in desks), return_exceptions=True)

    sound = [each for each in made if not isinstance(each, StoreError)]
    assert sound
    for backup in sound:
        await tapster.backups.verify(backup.name)
    assert files_in(tapster) == sorted({f"{backup.name}.backup" for backup in sound})
    assert len({backup.name for backup in sound}) == len(sound)


async def test_an_answer_that_is_being_written_is_kept_whole_in_what_a_restore_replaces(
    tmp_path, database
):
    config = config_in(tmp_path, database_url=database)
    async with open_tapster(tmp_path, config=config) as tapster, MockProvider() as mock:
        await add(tapster, "custom", f"{mock.url}/compatible/v1", model="local-model")
        await tapster.start_runs()
        backup = await tapster.backups.create()
        chat = await tapster.chats.create("me")
        run = (await tapster.runs.say("me", chat.id, "mock:long@100000@0.02")).run
        heard, begun = [], asyncio.Event()

        async def follow():
            async for event in tapster.runs.follow("me", run.id):
                heard.append(event)
                if len(heard) > 20:
                    begun.set()

        async with asyncio.timeout(60):
            following = asyncio.create_task(follow())
            await begun.wait()
            restored = await tapster.backups.restore(backup.name)
            await following
        assert await texts(tapster, chat.id) == []
        await tapster.backups.restore(restored.before)

        assert isinstance(heard[-1], RunInterrupted)
        said = "".join(event.text for event in heard if isinstance(event, RunText))
        assert said
        assert await texts(tapster, chat.id) == ["mock:long@100000@0.02", said]
        assert (await tapster.runs.get("me", run.id)).state == "interrupted"
