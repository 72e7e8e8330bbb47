"""Servers that answer anything: each place of what they say holds, in turn, what it must not.

They are read as what they are, as none, or as a failure in words; nothing else is raised.
"""

import copy
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import suppress
from typing import Any

import pytest

from mock_provider import homes
from mock_provider.home import Home
from tapster.core.errors import Reason, SourceError
from tapster.sources import Said, Wanted, all_sources

JUNK: tuple[Any, ...] = (None, [], {}, "x", -7, 1e300, [[]], [None, {}], {"x": {}})
HOMES = {name: home for name, home in vars(homes).items() if isinstance(home, Home)}

# What the servers say of their models, by call.
REPORTS: dict[str, dict[str, Any]] = {
    "ollama": {
        "/api/tags": {"models": [{"name": "m", "model": "m", "size": 7}]},
        "/api/ps": {
            "models": [{"model": "m", "context_length": 7, "expires_at": "2031-06-04T14:38:31Z"}]
        },
        "/api/pull": {"status": "success", "total": 7, "completed": 3},
    },
    "lmstudio": {
        "/api/v1/models": {
            "models": [
                {
                    "key": "m",
                    "type": "llm",
                    "size_bytes": 7,
                    "loaded_instances": [{"id": "m", "config": {"context_length": 7}}],
                }
            ]
        },
        "/api/v1/models/download": {"job_id": "j", "status": "downloading"},
        "/api/v1/models/download/status/j": {
            "status": "downloading",
            "downloaded_bytes": 3,
            "total_size_bytes": 7,
        },
    },
    "tabbyapi": {
        "/v1/models": {"data": [{"id": "m"}]},
        "/v1/model": {"id": "m", "parameters": {"max_seq_len": 7}},
        "/v1/model/load": {"status": "finished", "model_type": "model", "module": 1, "modules": 2},
    },
    "textgen": {
        "/v1/internal/model/info": {"model_name": "m"},
        "/v1/internal/model/list": {"model_names": ["None", "m"]},
    },
    "llamacpp": {
        "/models": {
            "data": [
                {
                    "id": "m",
                    "status": {
                        "value": "downloading",
                        "failed": False,
                        "exit_code": 0,
                        "progress": {"file": {"done": 3, "total": 7}},
                    },
                    "meta": {"size": 7, "n_ctx": 7},
                }
            ]
        },
        "/models/load": {"success": True},
        "/models/unload": {"success": True},
    },
    "localai": {
        "/v1/models": {"data": [{"id": "m"}]},
        "/models/apply": {"uuid": "j"},
        "/models/jobs/j": {"error": None, "processed": False, "message": "m", "progress": 3},
    },
}


def test_every_server_is_tried_here():
    assert set(REPORTS) == {id_ for id_, source in all_sources().items() if source.control}


def spoilt(said: Any) -> Iterator[Any]:
    """Yield `said` with each of its places spoilt in each way, one at a time."""
    yield from JUNK
    places = said.items() if isinstance(said, dict) else enumerate(said)
    if not isinstance(said, dict | list):
        return
    for place, inner in places:
        for worse in spoilt(inner) if isinstance(inner, dict | list) else JUNK:
            copied = copy.copy(said)
            copied[place] = worse
            yield copied


def spoilt_in_turn(answers: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for call, said in answers.items():
        if isinstance(said, dict | list):
            for worse in spoilt(said):
                yield {**answers, call: worse}


@pytest.mark.parametrize("name", HOMES)
async def test_whoever_is_looked_at_says_what_it_likes(name):
    home = HOMES[name]
    right = {call: answer.value for call, answer in home.answers.items()}

    for answers in spoilt_in_turn(right):

        async def ask(path: str, question: object = None, said: Any = answers) -> Said:
            call = f"{'GET' if question is None else 'POST'} {path.partition('?')[0]}"
            if call not in said:
                return Said(home.missing.status, home.headers, b"")
            body = said[call] if isinstance(said[call], str) else json.dumps(said[call])
            return Said(home.answers[call].status, home.headers, body.encode())

        for source in all_sources().values():
            if source.server is not None:
                facts = await source.server.look(ask)
                models = facts.models if facts else ()
                assert all(isinstance(model.id, str) for model in models), answers


class Line:
    """Gives `answers` by path, and goes away after some calls."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self._left = 8

    async def get(self, path: str) -> dict[str, Any]:
        self._left -= 1
        if not self._left:
            raise SourceError(Reason.INTERRUPTED, "It is gone.")
        said = self._answers.get(path)
        return said if isinstance(said, dict) else {}

    async def post(self, path: str, body: object) -> dict[str, Any]:
        return await self.get(path)

    async def stream(self, path: str, body: object) -> AsyncGenerator[dict[str, Any], None]:
        yield await self.get(path)

    async def pause(self) -> None:
        return


@pytest.mark.parametrize("server", REPORTS)
async def test_whoever_is_asked_for_something_says_what_it_likes(server):
    control = all_sources()[server].control
    acts = [act for deed in control.deeds if (act := control.act(deed))]

    for answers in spoilt_in_turn(REPORTS[server]):
        with suppress(SourceError):
            models = await control.models(Line(answers))
            assert all(isinstance(model.id, str) for model in models), answers
        for act in acts:
            with suppress(SourceError):
                async for progress in act.do(Line(answers), Wanted("m")):
                    counted = {type(progress.done), type(progress.total)}
                    assert counted <= {int, type(None)}, answers
