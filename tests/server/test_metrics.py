"""What is counted, and how it is told."""

import httpx
import pytest

from pages import build_page
from tapster.core.chats import ChatFields
from tapster.core.figures import Figures
from tapster.core.people import ME
from tapster.server.application import make_application
from tapster.server.counting import Counted
from tapster.server.metrics import Metrics, memory_of_process
from tapster.server.page import read_page


@pytest.fixture
async def counted(tapster, token):
    inner = make_application(tapster)
    paths = [route.path for route in inner.rooms.routes]
    application = Counted(inner, tapster.figures, paths=paths)
    transport = httpx.ASGITransport(app=application)
    headers = {"authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://127.0.0.1", headers=headers
    ) as client:
        yield client


async def metrics_of(client, tapster, *, name="prometheus"):
    _, secret = await tapster.tokens.create(name, scopes=("api", "admin"))
    bearer = {"authorization": f"Bearer {secret.reveal()}"}
    reply = await client.get("/metrics", headers=bearer)
    assert reply.status_code == 200
    assert reply.headers["content-type"].startswith("text/plain")
    return reply.text


async def ask(client, model="own/echo", text="Hi"):
    return await client.post(
        "/v1/chat/completions",
        json={"model": model, "messages": [{"role": "user", "content": text}]},
    )


async def test_requests_tokens_and_times_are_counted_by_family_and_source(counted, tapster):
    assert (await ask(counted)).status_code == 200

    told = await metrics_of(counted, tapster)

    assert 'tapster_requests_total{route="/v1/chat",status="200"} 1.0' in told
    assert 'tapster_request_seconds_count{route="/v1/chat"} 1.0' in told
    assert 'tapster_first_token_seconds_count{source="custom"} 1.0' in told
    assert 'tapster_tokens_total{kind="input",source="custom"}' in told
    assert "tapster_commits_total" in told
    assert "tapster_resident_memory_bytes" in told


async def test_raw_text_is_counted_as_a_family_of_its_own(counted, tapster):
    reply = await counted.post("/v1/completions", json={"model": "own/echo", "prompt": "Hi"})
    assert reply.status_code == 200

    told = await metrics_of(counted, tapster)

    assert 'tapster_requests_total{route="/v1/completions",status="200"} 1.0' in told
    assert 'tapster_tokens_total{kind="output",source="custom"}' in told


async def test_what_providers_refuse_is_counted_by_reason(counted, tapster):
    await ask(counted, text="mock:fault=status@429")

    told = await metrics_of(counted, tapster)

    assert "tapster_upstream_errors_total{" in told


async def test_runs_are_counted_by_kind_and_ending_and_while_they_run(counted, tapster):
    own = next(each for each in await tapster.connections.all() if each.slug == "own")
    chat = await tapster.chats.create(ME, ChatFields(connection=own.id, model="echo"))

    async def end_of(said):
        return [event async for event in tapster.runs.follow(ME, said.run.id)]

    await end_of(await tapster.runs.say(ME, chat.id, "Hi"))
    await end_of(await tapster.runs.say(ME, chat.id, "mock:fault=status@400"))
    hanging = await tapster.runs.say(ME, chat.id, "mock:fault=hang")
    meanwhile = await metrics_of(counted, tapster, name="before")
    await tapster.runs.stop(ME, hanging.run.id)
    told = await metrics_of(counted, tapster)

    assert "tapster_runs_running 1.0" in meanwhile
    assert "tapster_runs_running 0.0" in told
    for ending in ("finished", "failed", "stopped"):
        assert f'tapster_runs_total{{ending="{ending}",kind="say"}} 1.0' in told


async def test_addresses_nobody_serves_are_one_family(counted, tapster):
    for number in range(30):
        await counted.get(f"/nobody/{number}")

    told = await metrics_of(counted, tapster)

    assert 'tapster_requests_total{route="other",status="404"} 30.0' in told
    assert "nobody" not in told


@pytest.mark.parametrize(("scopes", "status"), [(("chat", "models"), 403), (("api",), 403)])
async def test_a_token_that_is_no_admins_learns_nothing(counted, tapster, scopes, status):
    _, secret = await tapster.tokens.create("other", scopes=scopes)

    reply = await counted.get("/metrics", headers={"authorization": f"Bearer {secret.reveal()}"})

    assert reply.status_code == status


async def test_whoever_shows_nothing_is_asked_to_sign_in(counted):
    del counted.headers["authorization"]

    assert (await counted.get("/metrics")).status_code == 401


def worker(folder, number, *, commits=0):
    figures = Figures()
    return figures, Metrics(figures, commits=lambda: commits, folder=folder, number=number)


def test_the_counts_of_all_workers_are_added_up(tmp_path):
    one, first = worker(tmp_path, 1, commits=2)
    two, second = worker(tmp_path, 2, commits=3)
    one.note_request("/v1/chat", 200, 0.02)
    two.note_request("/v1/chat", 200, 0.2)
    two.note_run("say", "finished")
    second.leave()

    told = first.render().decode()

    assert 'tapster_requests_total{route="/v1/chat",status="200"} 2.0' in told
    assert 'tapster_request_seconds_bucket{le="0.025",route="/v1/chat"} 1.0' in told
    assert 'tapster_request_seconds_bucket{le="+Inf",route="/v1/chat"} 2.0' in told
    assert 'tapster_runs_total{ending="finished",kind="say"} 1.0' in told
    assert "tapster_commits_total 5.0" in told
    assert "tapster_workers 2.0" in told


def test_a_worker_started_again_counts_on(tmp_path):
    one, first = worker(tmp_path, 1)
    one.note_request("/v1/chat", 200, 0.02)
    first.leave()

    again, second = worker(tmp_path, 1)
    again.note_request("/v1/chat", 200, 0.02)
    second.leave()

    told = second.render().decode()
    assert 'tapster_requests_total{route="/v1/chat",status="200"} 2.0' in told
    assert "tapster_workers 1.0" in told


def test_a_count_that_is_no_json_spoils_nothing(tmp_path):
    _, first = worker(tmp_path, 1)
    first.leave()
    (file,) = tmp_path.glob("*.json")
    file.with_name(file.name.replace("-1.json", "-2.json")).write_text("{")

    assert b"tapster_workers 1.0" in first.render()


def test_the_memory_of_a_process_is_known():
    assert memory_of_process() > 10_000_000


async def test_the_page_is_counted_as_two_routes_whatever_its_addresses(tapster, tmp_path):
    inner = make_application(tapster, page=read_page(build_page(tmp_path / "page")))
    application = Counted(inner, tapster.figures, paths=[])
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=application), base_url="http://127.0.0.1"
    ) as client:
        for path in ("/chats", "/chats/abc", "/sw.js", "/assets/index-B_x9-a1c.js", "/assets/none"):
            await client.get(path, headers={"accept": "text/html"})

    counted = {route: count for (route, _), count in tapster.figures.requests.items()}
    assert counted == {"/page": 3, "/assets": 1, "other": 1}
