"""What the mock says, chosen by the model's name or by the last user message.

A model is read after its last `/`; a behaviour may carry values after `@`:

- `echo`      the last user text, in several deltas; any model the vendor really has does this
- `think`     reasons first, then echoes           `sealed`   reasons, but hides the words
- `tool`      calls the first offered tool, and answers with its result once that is given
- `tools`     calls two tools at once              `think-tool`  reasons, then calls
- `json`      JSON valid for the requested schema  `vision`   media type and bytes of each image
- `long@500@0.002`  500 deltas, 2 ms apart (200 and 10 ms by default)
- `paced@0.002`  echoes, 2 ms between two deltas (10 ms by default)
- `n`         as many choices as asked for         `logprobs` with log probabilities
- `refuse`, `length`, `filter`, `empty`, `unicode`, `image` (a generated picture), `cached`

A last user message `mock:think fault=cut@2`, whose first line is taken off, does the same on any
model. `fault~cut@2~think` is the behaviour `think` with a fault.
"""

import base64
import re
from dataclasses import replace

import msgspec

from mock_provider.fabrication import fabricate
from mock_provider.replies import Asked, Picture, Reply, Tool, ToolUse, cut, words

BEHAVIOURS = words(
    "echo think sealed tool tools think-tool json vision long paced n logprobs refuse length "
    "filter empty unicode image cached"
)

# The smallest PNG: one transparent pixel.
PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9"
    "awAAAABJRU5ErkJggg=="
)
UNICODE = (
    "Zażółć gęślą jaźń — 你好，世界 👩‍👩‍👧‍👦 🇪🇺 é naïve \u202bשלום\u202c end\n\ttab “q” \\ \u2028"
)


def is_behaviour(model: str) -> bool:
    """Tell whether `model` names a behaviour of the mock rather than a vendor's model."""
    name = _bare(model).rpartition("~")[2]
    return name.partition("@")[0] in BEHAVIOURS


def respond(asked: Asked) -> Reply:
    """Return what the model says to `asked`."""
    name, faults = _read_model(asked.model)
    text = asked.last_user
    if text.startswith("mock:"):
        first, _, text = text.removeprefix("mock:").partition("\n")
        for word in first.split():
            if word.startswith("fault="):
                faults.append(word.removeprefix("fault="))
            else:
                name = word
    reply = _trim(_act(name, text, asked), asked)
    return replace(reply, fault="+".join(faults))


def _bare(model: str) -> str:
    return model.rpartition("/")[2]


def _read_model(model: str) -> tuple[str, list[str]]:
    bare = _bare(model)
    if bare.startswith("fault~"):
        _, fault, bare = [*bare.split("~", 2), "echo"][:3]
        return bare, [fault]
    return bare, []


def _act(name: str, text: str, asked: Asked) -> Reply:
    behaviour, *values = name.split("@")
    if asked.tool_result is not None:
        return Reply(text=asked.tool_result)
    if asked.forced_tool and behaviour not in {"tools", "think-tool"}:
        behaviour = "tool"
    match behaviour:
        case "think":
            return Reply(reasoning="The user wants an echo. So I echo.", text=text)
        case "sealed":
            return Reply(reasoning="Nobody may read this.", text=text, sealed=True)
        case "tool" | "tools" | "think-tool":
            return _call_tools(behaviour, asked)
        case "json":
            return Reply(text=_fitting_json(asked))
        case "vision":
            return Reply(text=_describe(asked.pictures))
        case "long":
            count, pause = (values + ["200", "0.01"][len(values) :])[:2]
            return Reply(text=tuple(f"w{at} " for at in range(int(count))), pause=float(pause))
        case "paced":
            return Reply(text=text, pause=float((values or ["0.01"])[0]))
        case "refuse":
            return Reply(refusal="I cannot help with that.")
        case "length":
            return Reply(text=cut(text)[: max(1, len(cut(text)) // 2)], finish="length")
        case "filter":
            return Reply(text=cut(text)[:1], finish="content_filter")
        case "empty":
            return Reply()
        case "unicode":
            return Reply(text=UNICODE)
        case "image":
            return Reply(text="Here it is.", images=(PIXEL,))
        case "cached":
            return Reply(text=text, cached=max(0, asked.prompt_tokens - 2))
    if asked.schema is not None or asked.json_mode:
        return Reply(text=_fitting_json(asked))
    return Reply(text=text or "(nothing was said)")


def _call_tools(behaviour: str, asked: Asked) -> Reply:
    if not asked.tools:
        return Reply(text="No tool was offered.")
    offered = {tool.name: tool for tool in asked.tools}
    chosen = [offered.get(asked.forced_tool or "", asked.tools[0])]
    if behaviour == "tools":
        chosen = [chosen[0], asked.tools[-1]]
    calls = tuple(_call(tool) for tool in chosen)
    reasoning = "A tool can do this." if behaviour == "think-tool" else ""
    return Reply(reasoning=reasoning, tool_calls=calls, finish="tool_calls")


def _call(tool: Tool) -> ToolUse:
    value = fabricate(tool.parameters) if tool.parameters else {}
    return ToolUse(tool.name, msgspec.json.encode(value).decode())


def _fitting_json(asked: Asked) -> str:
    value = fabricate(asked.schema) if asked.schema else {"text": asked.last_user}
    return msgspec.json.encode(value).decode()


def _describe(pictures: tuple[Picture, ...]) -> str:
    if not pictures:
        return "no images"
    return "; ".join(
        picture.url or f"{picture.media_type} {picture.size} bytes" for picture in pictures
    )


def _trim(reply: Reply, asked: Asked) -> Reply:
    """Apply stop strings and the token limit; a delta stands for a token."""
    deltas = list(reply.deltas)
    text = "".join(deltas)
    ends = [at for stop in asked.stops if stop and (at := text.find(stop)) >= 0]
    if ends:
        deltas = list(cut(text[: min(ends)]))
        reply = replace(reply, text=tuple(deltas))
    if asked.max_tokens is not None and len(deltas) > asked.max_tokens > 0:
        return replace(reply, text=tuple(deltas[: asked.max_tokens]), finish="length")
    return reply


def numbered(text: tuple[str, ...], choice: int) -> tuple[str, ...]:
    """Return the deltas of an alternative, told apart from the first by its number."""
    return text if choice == 0 else (*text, f" ({choice + 1})")


def read_data_url(url: str) -> Picture:
    """Return the picture behind an image address; a `data:` URL is measured."""
    found = re.fullmatch(r"data:([\w/+.-]+);base64,(.*)", url, re.DOTALL)
    if not found:
        return Picture(url=url)
    return read_base64(found[1], found[2])


def read_base64(media_type: str, data: str) -> Picture:
    """Return the picture of base64 `data`; raise `ValueError` when it is not base64."""
    return Picture(media_type=media_type, size=len(base64.b64decode(data, validate=True)))
