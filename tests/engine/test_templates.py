"""Chat templates in model files that are broken, or have no end: told in bounded time."""

import json
from contextlib import asynccontextmanager

import pytest

from tapster.core.errors import EngineError
from tapster.engine import EngineTransport
from tapster.engine.first_words import first_words
from tapster.engine.process import Conversation, Said

pytestmark = pytest.mark.timeout(120)
# Ten thousand million turns.
LOOP = "{% for a in range(100000) %}{% for b in range(100000) %}{% endfor %}{% endfor %}"
SAID = "{% for m in messages %}{{ m.content }}{% endfor %}"
NAME = b"tokenizer.chat_template"


@pytest.fixture(scope="session")
def with_template(real_model, tmp_path_factory):
    """Return a maker of folders with the small model, another template in it."""
    data = real_model.path.read_bytes()
    start = data.index(NAME) + len(NAME) + 12
    length = int.from_bytes(data[start - 8 : start], "little")

    def make(template):
        folder = tmp_path_factory.mktemp("models")
        # As long as the one that was there, so that all else stays where it is.
        padded = template + "{#" + " " * (length - len(template) - 4) + "#}"
        (folder / "other.gguf").write_bytes(data[:start] + padded.encode() + data[start + length :])
        return folder

    return make


async def answered(engine, post, words):
    call = post(model="other", messages=[{"role": "user", "content": words}], max_tokens=2)
    async with engine.send(call) as answer:
        return answer.status, json.loads(await answer.read())


@pytest.mark.parametrize(
    ("template", "words"),
    [
        ("{% for x in %}", "Unexpected token"),
        ("{{ raise_exception('Roles must alternate') }}", "Roles must alternate"),
    ],
)
async def test_a_broken_template_is_named_as_that(with_template, post, template, words):
    engine = EngineTransport(with_template(template), context=512)

    with pytest.raises(EngineError) as failed:
        await answered(engine, post, "Hi")
    await engine.close()

    assert "The chat template in other.gguf is broken" in failed.value.message
    assert words in failed.value.message
    assert "Choose another model" in failed.value.message


async def test_a_template_without_an_end_stops_the_loading(with_template, post):
    engine = EngineTransport(with_template(LOOP + SAID), context=512, loading=5)

    with pytest.raises(EngineError, match="may have no end"):
        await answered(engine, post, "Hi")

    assert engine.pid is None
    await engine.close()


async def test_a_template_without_an_end_for_some_words_stops_that_answer(with_template, post):
    trap = "{% if messages[0].content == 'trap' %}" + LOOP + "{% endif %}" + SAID
    engine = EngineTransport(with_template(trap), context=512, silence=1)
    await answered(engine, post, "Hi")
    began = engine.pid

    status, body = await answered(engine, post, "trap")
    again, _ = await answered(engine, post, "Hi")

    assert status == 400
    assert "does not come to an end" in body["error"]["message"]
    # What looped is gone; the next answer has the model loaded anew.
    assert again == 200
    assert engine.pid != began
    await engine.close()


async def test_waiting_for_others_is_no_template_without_an_end():
    talk, asked = Conversation(), []

    class Model:
        """Lays its template out whenever it is asked; others are read before this answer."""

        @asynccontextmanager
        async def ask(self, verb, body):
            asked.append((verb, body))
            laid_out = Conversation()
            laid_out.add(Said("tokens", b"{}"))
            if len(asked) == 3:
                talk.add(Said("chunk", b"Hi"))
            yield laid_out

    said = await first_words(Model(), talk, {"messages": ["Hi"]}, silence=0.01)

    assert said == [Said("chunk", b"Hi")]
    assert asked == [("tokenize", {"messages": ["Hi"]})] * 3
