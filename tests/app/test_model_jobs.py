"""Models on servers at real sockets: loaded, unloaded, downloaded, and all that goes wrong."""

import asyncio

import pytest

from mock_provider import homes
from mock_provider.home import HANG, Home, standing
from mock_provider.rooms import SIZE
from mock_provider.vendors.keyed_model_servers import ADMIN_KEY
from tapster.app import Draft
from tapster.app.model_jobs import ModelJobs
from tapster.core.errors import Busy, Conflict, InvalidInput, NotFound, SourceError
from tapster.core.messages import says
from tapster.core.model_jobs import Progress
from tapster.core.secrets import Secret
from tapster.sources import all_sources
from tapsters import QUICK, add, open_tapster

# Each server, a model it has and does not have loaded, and one it can get.
SERVERS = {
    "ollama": ("qwen3:8b", "gemma3:4b"),
    "lmstudio": ("qwen/qwen3-4b", "google/gemma-3"),
    "tabbyapi": ("Qwen3-8B-exl3", None),
    "textgen": ("Qwen3-8B.gguf", None),
    "llamacpp": ("qwen3-8b", "gemma-3-27b"),
    "localai": (None, "localai@qwen3-8b"),
}
LOADING = [server for server, (has, _) in SERVERS.items() if has]
DOWNLOADING = [server for server, (_, gets) in SERVERS.items() if gets]
loading = pytest.mark.parametrize("server", LOADING)
downloading = pytest.mark.parametrize("server", DOWNLOADING)
FAST = {"model_pause": 0.01, "model_silence": 20.0}


@pytest.fixture
async def tapster(tmp_path):
    async with open_tapster(tmp_path, patience=_patience()) as tapster:
        yield tapster


def _patience(**more):
    return type(QUICK)(
        **{each: getattr(QUICK, each) for each in QUICK.__struct_fields__} | FAST | more
    )


async def connected(tapster, mock, server, **more):
    key = "sk-good-0123456789" if server == "tabbyapi" else None
    connection = await add(tapster, server, f"{mock.url}/own/{server}", key=key, **more)
    if server in {"tabbyapi", "textgen"}:
        await tapster.keys.set_admin("here", Secret(ADMIN_KEY))
    return connection


async def done(tapster, deed, model, **options):
    """Begin a job and return every state of it to its end."""
    job = await tapster.model_jobs.start("here", deed, model, options)
    return [job async for job in tapster.model_jobs.follow(job.id)]


async def until_moved(tapster, job_id, holds=lambda job: job.progress.done):
    """Wait until a job is as far as `holds` says, and return it."""
    async for job in tapster.model_jobs.follow(job_id):
        if holds(job) or job.state != "running":
            return job
    raise AssertionError("it has no end")


async def told_of(jobs, connection):
    """Yield the jobs one process knows of, again and again."""
    while True:
        yield jobs.of(connection)
        await asyncio.sleep(0.01)


async def states(tapster):
    return {each.id: each.state for each in await tapster.model_jobs.models("here")}


def test_every_server_that_says_what_it_can_do_is_tried_here():
    assert {each.id for each in all_sources().values() if each.control} == set(SERVERS)
    assert {
        id_
        for id_, each in all_sources().items()
        if each.control and "download" in each.control.deeds
    } == set(DOWNLOADING)


@loading
async def test_a_model_is_loaded_and_unloaded(tapster, mock, server):
    model = SERVERS[server][0]
    await connected(tapster, mock, server)
    assert (await states(tapster))[model] == "unloaded"

    loaded = await done(tapster, "load", model)
    while_loaded = await states(tapster)
    unloaded = await done(tapster, "unload", model)

    assert (loaded[-1].state, loaded[-1].message) == ("done", None)
    assert while_loaded[model] == "loaded"
    assert unloaded[-1].state == "done"
    assert (await states(tapster))[model] == "unloaded"


@downloading
async def test_a_model_is_downloaded_and_can_then_be_chosen(tapster, mock, server):
    model = SERVERS[server][1]
    await connected(tapster, mock, server)

    told = await done(tapster, "download", model)

    assert told[-1].state == "done", told[-1].message
    name = model.partition("@")[2] or model
    assert name in await states(tapster)
    if server != "lmstudio":  # its list for chats is another here
        assert name in {each.id for each in await tapster.connections.models("here")}


@pytest.mark.parametrize(
    ("server", "asked", "progress"),
    [
        ("ollama", ("download", "gemma3:4b"), Progress("pulling aa", SIZE // 4, SIZE // 2)),
        ("lmstudio", ("download", "google/gemma-3"), Progress(None, SIZE // 2, SIZE)),
        ("llamacpp", ("download", "gemma-3-27b"), Progress(None, SIZE // 8, SIZE)),
        ("localai", ("download", "localai@qwen3-8b"), Progress("processing", 30, 100, "percent")),
        ("tabbyapi", ("load", "Qwen3-8B-exl3"), Progress("model", 3, 4, "parts")),
        ("llamacpp", ("load", "qwen3-8b"), Progress()),
    ],
)
async def test_how_far_it_is_is_told_as_the_server_counts_it(
    tapster, mock, server, asked, progress
):
    connection = await connected(tapster, mock, server)

    steps = [each async for each in tapster.relay.served.do(connection, *asked, {})]

    assert progress in steps


async def test_an_empty_list_says_that_the_whole_one_is_for_who_shows_the_admin_key(tapster, mock):
    await add(tapster, "tabbyapi", f"{mock.url}/own/tabbyapi")

    with pytest.raises(SourceError, match="tapster keys set here --admin"):
        await tapster.model_jobs.models("here")
    await tapster.keys.set_admin("here", Secret(ADMIN_KEY))
    listed = await tapster.model_jobs.models("here")

    assert [model.state for model in listed] == ["unloaded", "unloaded"]


async def test_what_the_server_says_of_a_model_is_told(tapster, mock):
    await connected(tapster, mock, "ollama")
    mock.room("ollama").only("qwen3:8b", 8192)

    loaded, other = await tapster.model_jobs.models("here")

    assert (loaded.id, loaded.state, loaded.size, loaded.context) == (
        "qwen3:8b",
        "loaded",
        SIZE,
        8192,
    )
    assert loaded.expires_at == pytest.approx(1_938_375_511.83753)
    assert (other.state, other.context, other.expires_at) == ("unloaded", None, None)


async def test_a_router_tells_of_each_of_its_states(tapster, mock):
    await connected(tapster, mock, "llamacpp")
    room = mock.room("llamacpp")
    room.models |= {"a": "loaded", "b": "loading", "c": "downloading"}

    found = {each.id: each for each in await tapster.model_jobs.models("here")}

    assert {name: each.state for name, each in found.items()} == {
        "qwen3-8b": "unloaded",
        "gemma-3-4b": "sleeping",
        "a": "loaded",
        "b": "loading",
        "c": "downloading",
    }
    assert found["c"].progress == Progress(None, 0, SIZE)


# What a load takes ----------------------------------------------------------------------------


async def test_a_model_is_loaded_as_the_messages_of_its_connection_will_want_it(tapster, mock):
    await connected(tapster, mock, "ollama", options={"num_ctx": 16_384, "keep_alive": "-1"})

    await done(tapster, "load", "qwen3:8b")

    assert mock.requests[0].body == {
        "model": "qwen3:8b",
        "messages": [],
        "stream": False,
        "keep_alive": -1,
        "options": {"num_ctx": 16_384},
    }


@pytest.mark.parametrize(
    ("server", "option", "said"),
    [
        ("ollama", "num_ctx", 2048),
        ("lmstudio", "context_length", 2048),
        ("tabbyapi", "max_seq_len", 2048),
    ],
)
async def test_the_context_to_load_with_is_sent(tapster, mock, server, option, said):
    model = SERVERS[server][0]
    await connected(tapster, mock, server)

    told = await done(tapster, "load", model, **{option: str(said)})

    assert told[-1].state == "done", told[-1].message
    assert mock.room(server).context[model] == said


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"gpu_layers": 3}, "has no option"),
        ({"keep_alive": "for ever"}, "a time such as 30m"),
        ({"num_ctx": -5}, "from 1 to 4,194,304"),
    ],
)
async def test_an_option_the_server_has_not_is_refused(tapster, mock, options, words):
    await connected(tapster, mock, "ollama")

    with pytest.raises(InvalidInput, match=words):
        await tapster.model_jobs.start("here", "load", "qwen3:8b", options)

    assert not mock.requests


@pytest.mark.parametrize(
    ("typed", "sent"), [("30m", "30m"), ("-1", -1), ("0", 0), (3600, 3600), (None, None)]
)
async def test_keeping_a_model_loaded_goes_out_as_ollama_reads_it(tapster, mock, typed, sent):
    options = {} if typed is None else {"keep_alive": typed}
    await connected(tapster, mock, "ollama", options=options)

    async for _ in tapster.stream("here/qwen3:8b", [says("user", "Hi")]):
        pass

    assert mock.last.body.get("keep_alive") == sent


async def test_a_deed_the_server_has_no_call_for_is_refused_by_its_name(tapster, mock):
    await connected(tapster, mock, "localai")

    with pytest.raises(InvalidInput, match="LocalAI has no call for this"):
        await tapster.model_jobs.start("here", "load", "phi-4")

    assert not mock.requests


async def test_a_provider_in_the_cloud_lets_nothing_be_done(tapster, mock):
    await add(tapster, "openai", f"{mock.url}/openai/v1")

    for asked in (
        tapster.model_jobs.models("here"),
        tapster.model_jobs.start("here", "load", "gpt-4o"),
    ):
        with pytest.raises(InvalidInput, match="no calls to load, unload or download"):
            await asked


# What goes wrong ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "what", "words"),
    [
        ("ollama", ("load", "memory"), "not enough memory for 'qwen3:8b'"),
        ("tabbyapi", ("load", "memory"), "not enough memory for 'Qwen3-8B-exl3'"),
        ("ollama", ("download", "disk"), "The disk of the computer Ollama runs on is full"),
        ("localai", ("download", "disk"), "The disk of the computer LocalAI runs on is full"),
        ("lmstudio", ("download", "disk"), "failed, and gives no reason"),
        ("llamacpp", ("download", "disk"), "its log says why"),
        ("ollama", ("load", "dies"), "went away before it was done"),
        ("ollama", ("download", "dies"), "went away before it was done"),
        ("lmstudio", ("load", "dies"), "went away before it was done"),
        ("tabbyapi", ("load", "dies"), "went away before it was done"),
        ("textgen", ("load", "dies"), "went away before it was done"),
        ("llamacpp", ("load", "dies"), "its process ended with exit code 134"),
        ("llamacpp", ("load", "evicts"), "was unloaded before it was loaded"),
        ("localai", ("download", "nameless"), "gives no number by which to ask for it"),
        ("lmstudio", ("load", "old"), "they came with 0.4"),
        ("lmstudio", ("download", "old"), "they came with 0.4"),
        ("llamacpp", ("load", "single"), "without a model (router mode)"),
    ],
)
async def test_a_failure_names_the_way_out(tapster, mock, server, what, words):
    deed, trouble = what
    await connected(tapster, mock, server)
    mock.room(server).trouble = trouble

    told = await done(tapster, deed, SERVERS[server][deed == "download"])

    assert told[-1].state == "failed"
    assert words in told[-1].message
    assert "worked on" not in told[-1].message


@loading
async def test_a_model_that_is_not_there_is_said_to_be_missing(tapster, mock, server):
    await connected(tapster, mock, server)

    told = await done(tapster, "load", "nothing-of-that-name")

    assert told[-1].state == "failed"
    assert "has no model called 'nothing-of-that-name'" in told[-1].message


@downloading
async def test_a_model_that_nobody_has_is_said_to_be_unknown(tapster, mock, server):
    await connected(tapster, mock, server)

    told = await done(tapster, "download", "nowhere")

    assert told[-1].state == "failed"
    unable = "unable to download" if server == "llamacpp" else "no model called 'nowhere'"
    assert unable in told[-1].message


@pytest.mark.parametrize("server", ["tabbyapi", "textgen"])
async def test_without_the_admin_key_only_the_loaded_model_is_seen(tapster, mock, server):
    model = SERVERS[server][0]
    key = "sk-good-0123456789" if server == "tabbyapi" else None
    await add(tapster, server, f"{mock.url}/own/{server}", key=key)
    mock.room(server).only(model, 8192)

    seen = await states(tapster)
    told = await done(tapster, "unload", model)

    assert seen == {model: "loaded"}
    assert "it wants its admin key" in told[-1].message
    assert "tapster keys set here --admin" in told[-1].message


async def test_a_refused_admin_key_is_told_and_stands_nowhere(tapster, mock, caplog):
    await connected(tapster, mock, "tabbyapi")
    wrong = "sk-wrong-admin-0123456789"
    await tapster.keys.set_admin("here", Secret(wrong))

    told = await done(tapster, "load", "Qwen3-8B-exl3")

    assert "it wants its admin key" in told[-1].message
    assert wrong not in repr(told)
    assert wrong not in caplog.text


async def test_an_admin_key_is_shown_for_models_alone_and_to_its_own_address_alone(tapster, mock):
    await connected(tapster, mock, "tabbyapi")

    await tapster.connections.check("here")
    before = [each.headers for each in mock.requests]
    edited = await tapster.connections.edit(
        "here", Draft(endpoint=f"{mock.elsewhere_url}/own/tabbyapi")
    )
    await done(tapster, "load", "Qwen3-8B-exl3")

    assert not any(ADMIN_KEY in str(headers) for headers in before)
    assert {key.owner.partition(":")[0] for key in edited.detached} == {"connection", "admin"}
    assert not any(ADMIN_KEY in str(each.headers) for each in mock.elsewhere)
    assert mock.elsewhere


async def test_another_admin_key_takes_the_place_of_the_first(tapster, mock):
    await connected(tapster, mock, "textgen")
    await tapster.keys.set_admin("here", Secret("sk-wrong-0123456789"))
    await tapster.keys.set_admin("here", Secret(ADMIN_KEY))

    told = await done(tapster, "load", "Mistral.gguf")

    assert told[-1].state == "done"
    assert [each.owner for each in await tapster.keys.all()] == ["here (admin key)"]
    await tapster.connections.remove("here")
    assert await tapster.keys.all() == ()


async def test_an_admin_key_goes_along_with_a_copy_and_in_a_file_of_keys(tapster, mock):
    await connected(tapster, mock, "textgen")
    passphrase = Secret("correct horse battery staple")
    sealed = await tapster.keys.export(passphrase)
    await tapster.connections.duplicate("here", "copy")
    await tapster.keys.remove("here (admin key)")

    taken = await tapster.keys.import_file(sealed, passphrase)

    owners = {each.owner for each in await tapster.keys.all()}
    assert len(taken.keys) == 1
    assert owners == {"here (admin key)", "copy (admin key)"}
    assert (await done(tapster, "load", "Mistral.gguf"))[-1].state == "done"


async def test_a_server_without_one_takes_no_admin_key(tapster, mock):
    await connected(tapster, mock, "ollama")

    with pytest.raises(InvalidInput, match="Ollama knows no admin key"):
        await tapster.keys.set_admin("here", Secret(ADMIN_KEY))


async def test_a_server_that_says_nothing_is_not_waited_for_for_ever(tmp_path, mock):
    async with open_tapster(tmp_path, patience=_patience(model_silence=0.4)) as tapster:
        await connected(tapster, mock, "lmstudio")
        mock.room("lmstudio").trouble = "hangs"

        polled = await done(tapster, "download", "google/gemma-3")
        blocked = await done(tapster, "load", "qwen/qwen3-4b")

    assert polled[-1].state == blocked[-1].state == "failed"
    assert "was no further for so long (1 min)" in polled[-1].message
    assert blocked[-1].message


@pytest.mark.parametrize(
    ("key", "words"),
    [(None, "wants a key (401) and there is none"), ("sk-wrong-0123456789", "key was refused")],
)
async def test_a_server_without_admins_that_wants_a_key_says_where_to_enter_it(tapster, key, words):
    async with standing(homes.LMSTUDIO.locked()) as server:
        await add(tapster, "lmstudio", server.url, key=key)

        with pytest.raises(SourceError) as raised:
            await tapster.model_jobs.models("here")
        told = await done(tapster, "load", "qwen/qwen3-8b")

    assert words in raised.value.message
    assert words in told[-1].message
    assert key is None or key not in told[-1].message


async def test_a_list_that_never_ends_is_given_up(tmp_path):
    async with (
        open_tapster(tmp_path, patience=_patience(model_list=0.2)) as tapster,
        standing(Home({"GET /api/tags": HANG})) as server,
    ):
        await add(tapster, "ollama", server.url)

        with pytest.raises(SourceError, match="did not tell within"):
            await tapster.model_jobs.models("here")


# Stopped, shared, bounded ---------------------------------------------------------------------


async def test_a_stopped_pull_hangs_up_on_the_server(tapster, mock):
    await connected(tapster, mock, "ollama")
    mock.room("ollama").trouble = "hangs"
    job = await tapster.model_jobs.start("here", "download", "gemma3:4b")
    await until_moved(tapster, job.id, lambda job: job.progress.total)

    stopped = await tapster.model_jobs.stop(job.id)

    assert (stopped.state, stopped.message) == ("stopped", None)
    (pull,) = [each for each in mock.requests if each.path == "/own/ollama/api/pull"]
    await mock.until_left(pull)


async def test_a_stopped_load_is_cleared_away_where_the_server_asks_for_it(tapster, mock):
    await connected(tapster, mock, "tabbyapi")
    mock.room("tabbyapi").trouble = "hangs"
    job = await tapster.model_jobs.start("here", "load", "Qwen3-8B-exl3")
    await until_moved(tapster, job.id)

    stopped = await tapster.model_jobs.stop(job.id)

    assert (stopped.state, stopped.message) == ("stopped", None)
    assert mock.last.path == "/own/tabbyapi/v1/model/unload"


async def test_a_router_is_told_to_give_up(tapster, mock):
    await connected(tapster, mock, "llamacpp")
    mock.room("llamacpp").trouble = "hangs"
    job = await tapster.model_jobs.start("here", "download", "gemma-3-27b")
    await until_moved(tapster, job.id)

    stopped = await tapster.model_jobs.stop(job.id)

    assert (stopped.state, stopped.message) == ("stopped", None)
    assert "gemma-3-27b" not in mock.room("llamacpp").models


async def test_a_server_that_nothing_stops_is_said_to_go_on(tapster, mock):
    await connected(tapster, mock, "lmstudio")
    mock.room("lmstudio").trouble = "hangs"
    job = await tapster.model_jobs.start("here", "download", "google/gemma-3")
    await until_moved(tapster, job.id)

    stopped = await tapster.model_jobs.stop(job.id)

    assert stopped.state == "stopped"
    assert "it goes on by itself" in stopped.message


async def test_a_job_stopped_at_once_does_not_begin(tapster, mock):
    await connected(tapster, mock, "ollama")
    job = await tapster.model_jobs.start("here", "download", "gemma3:4b")

    stopped = await tapster.model_jobs.stop(job.id)

    assert stopped.state == "stopped"
    assert not [each for each in mock.requests if "pull" in each.path]


async def test_who_asks_again_joins_what_runs_already(tapster, mock):
    connection = await connected(tapster, mock, "ollama")
    mock.room("ollama").trouble = "hangs"
    first = await tapster.model_jobs.start("here", "download", "gemma3:4b")
    await until_moved(tapster, first.id, lambda job: job.progress.total)

    second = await tapster.model_jobs.start("here", "download", "gemma3:4b")
    with pytest.raises(Conflict, match="Something else is being done with 'gemma3:4b'"):
        await tapster.model_jobs.start("here", "load", "gemma3:4b")

    assert second.id == first.id
    assert len([each for each in mock.requests if "pull" in each.path]) == 1
    assert [job.id for job in tapster.model_jobs.of(connection)] == [first.id]
    await tapster.model_jobs.stop(first.id)


async def test_only_so_many_run_at_once(tapster, mock):
    await connected(tapster, mock, "ollama")
    mock.room("ollama").trouble = "hangs"
    jobs = [await tapster.model_jobs.start("here", "download", f"m{at}") for at in range(8)]

    with pytest.raises(Busy, match="8 servers work on models already"):
        await tapster.model_jobs.start("here", "download", "m8")

    await asyncio.gather(*(tapster.model_jobs.stop(job.id) for job in jobs))
    told = await done(tapster, "unload", "qwen3:8b")
    assert told[-1].state == "done"


async def test_what_ended_is_told_for_a_while(tmp_path, mock):
    now = [1000.0]
    async with open_tapster(tmp_path, patience=_patience(), clock=lambda: now[0]) as tapster:
        connection = await connected(tapster, mock, "ollama")
        told = await done(tapster, "unload", "qwen3:8b")
        kept = tapster.model_jobs.of(connection)
        now[0] += 601

        assert kept == (told[-1],)
        assert tapster.model_jobs.of(connection) == ()
        with pytest.raises(NotFound):
            tapster.model_jobs.get(told[-1].id)


async def test_closing_hangs_up_and_says_so(tmp_path, mock):
    async with open_tapster(tmp_path, patience=_patience()) as tapster:
        await connected(tapster, mock, "ollama")
        mock.room("ollama").trouble = "hangs"
        job = await tapster.model_jobs.start("here", "download", "gemma3:4b")
        await until_moved(tapster, job.id, lambda job: job.progress.total)
    (pull,) = [each for each in mock.requests if each.path == "/own/ollama/api/pull"]

    await mock.until_left(pull)

    assert tapster.model_jobs.get(job.id).state == "failed"
    assert "Tapster was stopped meanwhile" in tapster.model_jobs.get(job.id).message


async def test_one_begun_at_the_very_end_holds_nothing_up(tmp_path, mock):
    async with open_tapster(tmp_path, patience=_patience()) as tapster:
        await connected(tapster, mock, "ollama")
        mock.room("ollama").trouble = "hangs"
        job = await tapster.model_jobs.start("here", "download", "gemma3:4b")

        async with asyncio.timeout(10):
            await tapster.model_jobs.aclose()

    assert tapster.model_jobs.get(job.id).state == "failed"


async def test_every_process_knows_of_a_job_and_may_have_it_stopped(tapster, mock):
    connection = await connected(tapster, mock, "ollama")
    mock.room("ollama").trouble = "hangs"
    elsewhere = ModelJobs(relay=tapster.relay, newsroom=tapster.newsroom, new_id=lambda: "x")
    for each in (tapster.model_jobs, elsewhere):
        each.listen()
    await asyncio.sleep(0)
    job = await tapster.model_jobs.start("here", "download", "gemma3:4b")
    there = await until_moved(tapster, job.id, lambda job: job.progress.total)
    async with asyncio.timeout(10):
        async for heard in told_of(elsewhere, connection):
            if heard == (there,):
                break

    with pytest.raises(Conflict):
        await elsewhere.start("here", "load", "gemma3:4b")
    stopped = await elsewhere.stop(job.id)

    assert stopped.state == "stopped"
    assert tapster.model_jobs.get(job.id) == stopped
    await elsewhere.aclose()


# What a chat is told --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("server", "model", "words"),
    [
        ("llamacpp", "qwen3-8b", "is still loading its model. Try again in a moment"),
        ("tabbyapi", "Qwen3-8B-exl3", "has no model loaded. Load one under API Connections"),
    ],
)
async def test_a_chat_with_a_server_that_is_not_ready_says_what_to_do(
    tapster, mock, server, model, words
):
    await connected(tapster, mock, server)
    if server == "llamacpp":
        mock.room(server).models[model] = "loading"

    with pytest.raises(SourceError) as raised:
        async for _ in tapster.stream(f"here/{model}", [says("user", "Hi")]):
            pass

    assert words in raised.value.message
