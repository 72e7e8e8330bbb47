"""A model in a browser, over real sockets: whichever worker a page talks to, nothing is lost."""

import json
import threading
import uuid

import httpx
import pytest

from houses import HOUSES, open_house, until
from talking import text_in

SLOW = "This takes a while."


@pytest.fixture(scope="module", params=HOUSES)
def house(request, tmp_path_factory, live_mock):
    with open_house(request.param, tmp_path_factory.mktemp("house"), live_mock) as house:
        house.home.add("extension", "windowai", key=None)
        yield house


class Page:
    """What an open page does, at the worker that `talker` talks to."""

    def __init__(self, talker):
        self.id = str(uuid.uuid4())
        self.talker = talker
        self.heard = []
        self._is_over = False
        self._open = threading.Event()
        self._line = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self):
        self._line.start()
        assert self._open.wait(20)
        return self

    def __exit__(self, *_):
        self._is_over = True

    def _listen(self):
        headers = dict(self.talker.http.headers)
        url = f"{self.talker.http.base_url}/api/live".replace("//api", "/api")
        with httpx.stream("GET", url, headers=headers, timeout=60, trust_env=False) as answer:
            kind = ""
            for line in answer.iter_lines():
                if line.startswith("event: "):
                    kind = line.removeprefix("event: ")
                if line.startswith("data: "):
                    self.heard.append((kind, json.loads(line.removeprefix("data: "))))
                    self._open.set()
                if self._is_over:
                    return

    def offered(self):
        """Return the id of the errand that was offered to this page last."""

        def found():
            return [
                data["errand_id"]
                for kind, data in self.heard
                if kind == "errand-offered" and data["page"] in {None, self.id}
            ]

        until(found)
        return found()[-1]

    def told(self, errand, verb, **fields):
        body = {"type": verb, "page": self.id, **fields}
        return self.talker.post(f"/api/errands/{errand}/{verb}", body)

    def report(self, errand, first, *pieces):
        return self.told(errand, "report", first=first, pieces=list(pieces))


def words(text):
    return {"type": "words", "text": text}


def said(talker, page, text="Hi"):
    """Say something over the extension; return the run."""
    chat = talker.chat(connection="extension")
    return talker.say(chat, text, page=page.id)


@pytest.fixture
def seats(house):
    """A talker at each worker: those who own the run, and those who have the page."""
    with house.seats() as seats:
        talkers = list(seats.values())
        yield talkers[0], talkers[-1]


def test_an_answer_is_whole_whichever_worker_its_page_talks_to(seats):
    owner, other = seats
    with Page(other) as page:
        run = said(owner, page)
        errand = page.offered()

        claimed = page.told(errand, "claim", model="a/b")
        assert claimed["body"]["messages"][-1] == {"role": "user", "content": "Hi"}
        for number, text in enumerate(("One ", "two ", "three"), start=1):
            assert page.report(errand, number, words(text))["next"] == number + 1
            # What is sent again is heard once.
            assert page.report(errand, number, words(text))["next"] == number + 1
        page.report(errand, 4, {"type": "done", "text": "One two three"})

        heard = list(owner.follow(run))
        assert text_in(heard) == "One two three"
        assert heard[-1].kind == "finished"
        assert page.report(errand, 5, words("late"))["ended"]


def test_one_page_takes_it_whichever_worker_is_asked(seats):
    owner, other = seats
    with Page(other) as page, Page(owner) as rival:
        run = said(owner, page)
        errand = page.offered()

        assert page.told(errand, "claim")["body"]
        assert rival.told(errand, "claim")["taken"]
        assert rival.report(errand, 1, words("mine"))["taken"]
        owner.post(f"/api/runs/{run}/stop")


def test_a_stop_is_told_to_the_page_and_the_words_stay(seats):
    owner, other = seats
    with Page(other) as page:
        run = said(owner, page)
        errand = page.offered()
        page.told(errand, "claim")
        page.report(errand, 1, words(SLOW))
        next(event for event in owner.follow(run) if event.kind == "text-delta")

        stopped = other.post(f"/api/runs/{run}/stop")

        assert stopped["state"] == "stopped"
        until(lambda: ("errand-ended", {"type": "errand-ended", "errand_id": errand}) in page.heard)
        assert text_in(list(owner.follow(run))) == SLOW


def test_a_page_that_leaves_ends_its_run_with_its_words(seats):
    owner, other = seats
    with Page(other) as page:
        run = said(owner, page)
        errand = page.offered()
        page.told(errand, "claim")

        page.report(errand, 1, words(SLOW), {"type": "left"})

        heard = list(owner.follow(run))
        assert text_in(heard) == SLOW
        assert heard[-1].kind == "failed"
        assert heard[-1].data["error"]["code"] == "page_gone"


@pytest.mark.parametrize(
    "body",
    [
        {"type": "report", "page": "x" * 8, "first": 0},
        {"type": "report", "page": "x" * 8, "first": 1, "pieces": [words("x")] * 501},
        {"type": "report", "page": "x" * 8, "first": 1, "pieces": [words("x" * 200_001)]},
        {"type": "report", "page": "x" * 8, "first": 1, "pieces": [{"type": "evil"}]},
        {"type": "report", "page": "../../etc", "first": 1},
        {"type": "report", "page": "x" * 65, "first": 1},
        {"type": "report", "first": 1},
        [],
    ],
    ids=lambda body: str(body)[:60],
)
def test_a_report_that_is_none_is_refused(seats, body):
    owner, _ = seats
    with Page(owner) as page:
        run = said(owner, page)
        errand = page.offered()
        page.told(errand, "claim")

        owner.refused("POST", f"/api/errands/{errand}/report", 400, json=body)

        assert owner.run(run)["state"] == "running"
        owner.post(f"/api/runs/{run}/stop")


def test_what_never_was_is_not_found(seats):
    owner, other = seats
    for talker in {owner, other}:
        answer = talker.http.post(
            f"/api/errands/{'0' * 32}/claim", json={"type": "claim", "page": "some-page"}
        )
        # Where others might have it, and none says so, it is asked for again in a moment.
        assert answer.status_code in {404, 503}


def test_whoever_has_no_page_is_told_at_once_where_it_lives(seats):
    owner, _ = seats
    run = owner.say(owner.chat(connection="extension"), "Hi")

    heard = list(owner.follow(run))

    assert heard[-1].data["error"]["code"] == "needs_page"
