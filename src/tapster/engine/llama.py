"""The process a model lives in, and the only place that knows llama.cpp.

It is a process of its own because llama.cpp holds Python's lock while it loads and frees a
model (a second for a small one, a minute for a large one), ends its process when a file is
broken in a way it did not expect, and does not give all memory back.

It reads lines `<number> <verb> <JSON>` and writes lines `<number> <kind> <JSON>`. The first
line is `0 load {…}` and is answered with `0 ready {}` or `0 error {…}`. Then `chat` and `text`
are answered with any number of `chunk`, `error` or neither, and one `end`; `tokenize` with a
`tokens` or `error` and one `end`; `stop` ends the work of its number. When the input ends, so does
the process.
"""

import http.client
import json
import os
import secrets
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

Say = Callable[[int, str, str], None]

# Small steps through a long prompt let the others go on in between, and a stop come through:
# on a processor a step of 8 is as fast per token as one of 512. A graphics card needs large ones.
_STEP, _CARD_STEP = 8, 512


class Llama:
    """A loaded model. Its methods block; each may be called from several threads."""

    def __init__(self, order: dict[str, Any]) -> None:
        import xllamacpp  # noqa: PLC0415  # 100 MB of native code, wanted in this process only

        folder = Path(order["folder"])
        self._key = secrets.token_hex(24)
        self._lock = threading.Lock()
        self._stopped: set[int] = set()
        self._server = xllamacpp.Server(_parameters(xllamacpp, order, folder, self._key))
        self._address: str = self._server.listening_address

    def stop(self, number: int) -> None:
        """Let the answer `number` end at its next token."""
        with self._lock:
            self._stopped.add(number)

    def forget(self, number: int) -> None:
        """Forget that the answer `number` was stopped."""
        with self._lock:
            self._stopped.discard(number)

    def chat(self, number: int, body: str, say: Say) -> None:
        """Answer one OpenAI chat request with `chunk` and `error` lines."""
        self._speak(self._server.handle_chat_completions, number, body, say)

    def text(self, number: int, body: str, say: Say) -> None:
        """Continue raw text, as OpenAI's text completions ask, with the same lines."""
        if (schema := json.loads(body).get("json_schema")) is not None:
            # Only the way of chats looks whether a schema can be followed.
            asked = {"messages": [{"role": "user", "content": ""}], "json_schema": schema}
            status, answer = self._post("/apply-template", asked)
            if status != http.HTTPStatus.OK:
                say(number, "error", json.dumps(answer))
                return
        self._speak(self._server.handle_completions, number, body, say)

    def _speak(self, handle: Callable[..., object], number: int, body: str, say: Say) -> None:
        def heard(chunk: str) -> bool:
            if number in self._stopped:
                return True
            say(number, "error" if chunk.startswith('{"error"') else "chunk", chunk)
            return False

        if number in self._stopped:
            return
        try:
            handle(body, heard)
        except (ValueError, RuntimeError, TypeError) as error:
            # These are llama.cpp's words for a request it does not understand.
            say(number, "error", json.dumps({"error": {"code": 400, "message": str(error)}}))

    def tokenize(self, number: int, body: str, say: Say) -> None:
        """Answer `{text}` or `{messages, …}` with the tokens of the model's own tokenizer."""
        asked = json.loads(body)
        if "messages" in asked:
            status, answer = self._post("/apply-template", asked)
            if status != http.HTTPStatus.OK:
                say(number, "error", json.dumps(answer))
                return
            text, special = answer["prompt"], True
        else:
            text, special = asked["text"], False
        status, answer = self._post(
            "/tokenize", {"content": text, "add_special": special, "parse_special": special}
        )
        say(number, "tokens" if status == http.HTTPStatus.OK else "error", json.dumps(answer))

    def _post(self, path: str, body: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        headers = {"authorization": f"Bearer {self._key}", "content-type": "application/json"}
        connection = _connect(self._address)
        try:
            connection.request("POST", path, json.dumps(body), headers)
            answer = connection.getresponse()
            return answer.status, json.loads(answer.read())
        finally:
            connection.close()


def _parameters(xllamacpp: Any, order: dict[str, Any], folder: Path, key: str) -> Any:
    """Return llama.cpp's settings for `order` (path, id, slots, context, threads)."""
    parameters = xllamacpp.CommonParams()
    parameters.model.path = order["path"]
    parameters.model_alias = {order["id"]}
    parameters.n_parallel = order["slots"]
    parameters.n_ctx = order["slots"] * order["context"]
    parameters.kv_unified = False
    parameters.cpuparams.n_threads = order["threads"]
    parameters.cpuparams_batch.n_threads = order["threads"]
    card = any("GPU" in str(device.get("type")) for device in xllamacpp.get_device_info())
    parameters.n_batch = parameters.n_ubatch = _CARD_STEP if card else _STEP
    # The memory was reckoned before; only the share of a graphics card is llama.cpp's to fit.
    parameters.fit_params = card
    parameters.warmup = False
    # Prompts of past chats are kept in their slots only: the default would keep 8 GB of them.
    parameters.cache_ram_mib = 0
    parameters.verbosity = 1
    # llama.cpp serves HTTP whether we want it or not; we use it to count tokens. A socket in a
    # folder only we can enter keeps it to ourselves; where there are none, a key does.
    if hasattr(socket, "AF_UNIX"):
        parameters.hostnames = [str(folder / "llama.sock")]
    parameters.api_keys = [key]
    parameters.n_threads_http = 1
    parameters.ui = parameters.endpoint_props = parameters.endpoint_slots = False
    parameters.offline = True
    return parameters


class _Local(http.client.HTTPConnection):
    """An HTTP connection over the socket file at `path`."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost")
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.connect(self._path)


def _connect(address: str) -> http.client.HTTPConnection:
    if address.startswith("unix://"):
        return _Local(address.removeprefix("unix://"))
    return http.client.HTTPConnection(address.removeprefix("http://"))


def _speaker() -> Say:
    """Return what writes lines to standard output, which nobody else may write to any more."""
    out = os.fdopen(os.dup(1), "wb", buffering=0)
    os.dup2(2, 1)
    lock = threading.Lock()

    def say(number: int, kind: str, payload: str) -> None:
        with lock:
            out.write(f"{number} {kind} {payload}\n".encode())

    return say


def main() -> None:
    """Load the model the first line names, and answer until the input ends."""
    say = _speaker()
    try:
        model = Llama(order := json.loads(sys.stdin.buffer.readline().split(b" ", 2)[2]))
    except Exception as error:  # noqa: BLE001  # whatever it is, the other side must hear of it
        missing = isinstance(error, ImportError)
        say(0, "error", json.dumps({"message": str(error), "missing": missing}))
        return
    say(0, "ready", "{}")
    with ThreadPoolExecutor(order["slots"] + 1) as threads:
        for line in sys.stdin.buffer:
            number, verb, payload = line.split(b" ", 2)
            if verb == b"stop":
                model.stop(int(number))
            else:
                threads.submit(_answer, model, int(number), verb.decode(), payload.decode(), say)
        # Nobody listens any more: leave without waiting for what is still being written.
        shutil.rmtree(order["folder"], ignore_errors=True)
        os._exit(0)


def _answer(model: Llama, number: int, verb: str, payload: str, say: Say) -> None:
    try:
        verbs = {"chat": model.chat, "text": model.text, "tokenize": model.tokenize}
        verbs[verb](number, payload, say)
    except Exception as error:  # noqa: BLE001  # one request must not end the others
        say(number, "error", json.dumps({"error": {"code": 500, "message": str(error)}}))
    finally:
        model.forget(number)
        say(number, "end", "{}")


if __name__ == "__main__":
    main()
