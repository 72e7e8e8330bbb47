"""Servers of one's own with models that can be loaded, as strict as they are, at `/own/<name>`.

Each keeps its models in a `Room`, where a test says what goes wrong with it next. How far a slow
one is does not depend on time: it is a step further each time it is asked.
"""

import re
from typing import Any, ClassVar

import msgspec

from mock_provider.connection import Request
from mock_provider.outputs import Output, Piece, whole
from mock_provider.rooms import SIZE, Room, answered, told
from mock_provider.vendors.compatible import LMStudio
from mock_provider.vendors.local_servers import LocalServer
from mock_provider.vendors.ollama import Ollama
from mock_provider.vendors.vendor import Invalid, Routes, body_of

_GO_DURATION = re.compile(r"-?([0-9]+(\.[0-9]+)?(ns|us|ms|s|m|h))+")


class OwnOllama(Ollama):
    """Ollama that pulls and loads; durations are Go's, and nothing else is one."""

    name = "own-ollama"
    prefix = "/own/ollama"
    routes: ClassVar[Routes] = (*Ollama.routes, ("POST", r"/api/pull", "pull"))
    LAYERS = ("sha256:aa", "sha256:bb")

    @property
    def room(self) -> Room:
        return self.state.room("ollama", {"qwen3:8b": "unloaded", "llama3.2:1b": "unloaded"})

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(
            {"models": [{"name": each, "model": each, "size": SIZE} for each in self.room.models]}
        )

    def list_loaded(self, _request: Request, _found: Any) -> Output:
        room = self.room
        loaded = [each for each, state in room.models.items() if state == "loaded"]
        return whole(
            {
                "models": [
                    {
                        "name": each,
                        "model": each,
                        "size": SIZE,
                        "size_vram": SIZE,
                        "expires_at": "2031-06-04T14:38:31.837530123-07:00",
                        "context_length": room.context.get(each, 4096),
                    }
                    for each in loaded
                ]
            }
        )

    def chat(self, request: Request, found: Any) -> Output:
        body = body_of(request)
        keep = body.get("keep_alive")
        if isinstance(keep, str) and not _GO_DURATION.fullmatch(keep):
            raise Invalid(f'time: invalid duration "{keep}"')
        if body.get("messages"):
            return super().chat(request, found)
        self.admit(request, paid=False)
        room, model = self.room, str(body.get("model"))
        if model not in room.models:
            return self.no_such_model(model)
        if keep == 0:
            room.models[model] = "unloaded"
            return whole({"model": model, "done": True, "done_reason": "unload"})
        if room.trouble == "memory":
            return self.error(500, "model requires more system memory (9 GiB) than is available")
        context = (body.get("options") or {}).get("num_ctx", 4096)
        if not isinstance(context, int):
            raise Invalid('option "num_ctx" must be of type integer')
        answer = answered(room, {"model": model, "done": True, "done_reason": "load"})
        if answer.status and not answer.delay:
            room.models[model] = "loaded"
            room.context[model] = context
        return answer

    def pull(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        model = body_of(request).get("model")
        if not model:
            raise Invalid("model is required")
        return told(self.room, self._pulled(model), "application/x-ndjson")

    def _pulled(self, model: str) -> list[Piece]:
        def line(**value: Any) -> Piece:
            return Piece(msgspec.json.encode(value) + b"\n")

        told = [line(status="pulling manifest")]
        if model.startswith("nowhere"):
            return [*told, line(error="pull model manifest: file does not exist")]
        for layer in self.LAYERS:
            said = {"status": f"pulling {layer[7:]}", "digest": layer, "total": SIZE // 2}
            told += [line(**said), line(**said, completed=SIZE // 4)]
            if self.room.trouble == "disk":
                return [*told, line(error="write /models/blobs/x: no space left on device")]
            told.append(line(**said, completed=SIZE // 2))
        self.room.arriving = model
        return [
            *told,
            line(status="verifying sha256 digest"),
            self._arrived(line(status="success")),
        ]

    def _arrived(self, last: Piece) -> Piece:
        if self.room.trouble not in {"dies", "hangs"}:
            self.room.models[self.room.arriving] = "unloaded"
        return last


class OwnLMStudio(LMStudio):
    """LM Studio 0.4: bodies with a closed schema, instances that are unloaded by their ids."""

    name = "own-lmstudio"
    prefix = "/own/lmstudio"
    routes: ClassVar[Routes] = (
        *LMStudio.routes,
        ("GET", r"/api/v1/models", "catalogue"),
        ("POST", r"/api/v1/models/load", "load"),
        ("POST", r"/api/v1/models/unload", "unload"),
        ("POST", r"/api/v1/models/download", "download"),
        ("GET", r"/api/v1/models/download/status/(\w+)", "status"),
    )

    @property
    def room(self) -> Room:
        return self.state.room(
            "lmstudio", {"qwen/qwen3-4b": "unloaded", "mistral/small": "unloaded"}
        )

    def handle(self, request: Request) -> Output:
        if self.room.trouble == "old" and "/api/v1/" in request.path:
            return self.no_such_path(request)
        return super().handle(request)

    def _body(self, request: Request, *names: str) -> dict[str, Any]:
        self.admit(request, paid=False)
        body = body_of(request)
        if unknown := set(body) - set(names):
            raise Invalid(f"Unrecognized key(s) in object: {', '.join(sorted(unknown))}")
        return body

    def catalogue(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        room = self.room
        cards = [
            {
                "type": "llm",
                "key": key,
                "size_bytes": SIZE,
                "max_context_length": 32_768,
                "loaded_instances": [
                    {"id": f"{key}:2", "config": {"context_length": room.context.get(key, 4096)}}
                ]
                if state == "loaded"
                else [],
            }
            for key, state in room.models.items()
        ]
        embedder = {"type": "embedding", "key": "nomic", "loaded_instances": []}
        return whole({"models": [*cards, embedder]})

    def load(self, request: Request, _found: Any) -> Output:
        body = self._body(request, "model", "context_length", "flash_attention", "echo_load_config")
        room, model = self.room, body.get("model")
        if model not in room.models:
            return self.error(404, f"Model not found: {model}")
        answer = answered(room, {"type": "llm", "instance_id": f"{model}:2", "status": "loaded"})
        if answer.status and not answer.delay:
            room.models[model] = "loaded"
            room.context[model] = body.get("context_length", 4096)
        return answer

    def unload(self, request: Request, _found: Any) -> Output:
        instance = self._body(request, "instance_id").get("instance_id")
        for model, state in self.room.models.items():
            if state == "loaded" and instance == f"{model}:2":
                self.room.models[model] = "unloaded"
                return whole({"instance_id": instance})
        return self.error(404, f"Model instance not found: {instance}")

    def download(self, request: Request, _found: Any) -> Output:
        model = self._body(request, "model", "quantization").get("model")
        if str(model).startswith("nowhere"):
            return self.error(404, f"Artifact not found: {model}")
        if model in self.room.models:
            return whole({"status": "already_downloaded"})
        self.room.arriving = str(model)
        return whole({"job_id": "job_1", **self._stage(0)})

    def status(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole({"job_id": "job_1", **self._stage(self.room.step())})

    def _stage(self, step: int) -> dict[str, Any]:
        room = self.room
        if room.trouble == "disk" and step > 1:
            return {"status": "failed", "total_size_bytes": SIZE}
        if step > 2 and room.trouble != "hangs":
            room.models[room.arriving] = "unloaded"
            return {"status": "completed", "downloaded_bytes": SIZE, "total_size_bytes": SIZE}
        done = SIZE // 4 * min(step, 2)
        return {"status": "downloading", "downloaded_bytes": done, "total_size_bytes": SIZE}


class OwnLlamaServer(LocalServer):
    """llama.cpp's server as a router; in trouble `single` it was started with one model."""

    name = "own-llamacpp"
    prefix = "/own/llamacpp"
    routes: ClassVar[Routes] = (
        ("GET", r"/health", "health"),
        ("GET", r"(?:/v1)?/models", "list_models"),
        ("POST", r"/models", "download"),
        ("POST", r"/models/load", "load"),
        ("POST", r"/models/unload", "unload"),
        ("POST", r"/v1/chat/completions", "chat"),
    )
    models: ClassVar[tuple[str, ...]] = ("qwen3-8b",)
    owner = "llamacpp"
    key_required = False

    @property
    def room(self) -> Room:
        return self.state.room("llamacpp", {"qwen3-8b": "unloaded", "gemma-3-4b": "sleeping"})

    def error(self, status: int, message: str, **more: Any) -> Output:
        kinds = {404: "not_found_error", 401: "authentication_error", 503: "unavailable_error"}
        kind = kinds.get(status, "invalid_request_error")
        return whole({"error": {"code": status, "message": message, "type": kind}}, status=status)

    def no_such_path(self, request: Request) -> Output:
        return self.error(404, "File Not Found")

    def health(self, _request: Request, _found: Any) -> Output:
        return whole({"status": "ok"})

    def list_models(self, request: Request, _found: Any) -> Output:
        room = self.room
        if room.trouble == "single":
            return whole({"object": "list", "data": [{"id": "qwen3-8b", "object": "model"}]})
        if room.arriving:
            self._advance(room)
        cards = [
            {"id": each, "object": "model", "status": self._status(each, state)}
            for each, state in room.models.items()
        ]
        return whole({"object": "list", "data": cards})

    def _advance(self, room: Room) -> None:
        if room.step() < 3 or room.trouble == "hangs":
            return
        coming, room.arriving = room.arriving, ""
        if room.models[coming] == "loading":
            ends = {"dies": "failed", "evicts": "unloaded"}
            room.models[coming] = ends.get(room.trouble, "loaded")
        elif room.trouble == "disk":
            del room.models[coming]
        else:
            room.models[coming] = "unloaded"

    def _status(self, model: str, state: str) -> dict[str, Any]:
        if state == "failed":
            return {"value": "unloaded", "failed": True, "exit_code": 134}
        if state == "downloading":
            done = SIZE // 8 * min(self.room.steps, 3)
            files = {"https://x/a.gguf": {"done": done, "total": SIZE // 2}}
            return {
                "value": state,
                "progress": files | {"https://x/b.gguf": {"done": 0, "total": SIZE // 2}},
            }
        return {"value": state}

    def _named(self, request: Request) -> str:
        if self.room.trouble == "single":
            raise Invalid("File Not Found", status=404)
        model = body_of(request).get("model")
        if not isinstance(model, str):
            raise Invalid("model is required")
        return model

    def load(self, request: Request, _found: Any) -> Output:
        model = self._named(request)
        if model not in self.room.models:
            return self.error(404, f"model '{model}' not found")
        self.room.models[model] = "loading"
        self.room.begin(model)
        return whole({"success": True})

    def unload(self, request: Request, _found: Any) -> Output:
        model = self._named(request)
        if self.room.models.get(model) == "downloading":
            del self.room.models[model]
        elif model in self.room.models:
            self.room.models[model] = "unloaded"
        else:
            return self.error(404, f"model '{model}' not found")
        self.room.arriving = ""
        return whole({"success": True})

    def download(self, request: Request, _found: Any) -> Output:
        model = self._named(request)
        if model.startswith("nowhere"):
            return self.error(400, "model validation failed, unable to download")
        self.room.models[model] = "downloading"
        self.room.begin(model)
        return whole({"success": True})

    def chat(self, request: Request, found: Any) -> Output:
        if self.room.models.get("qwen3-8b") == "loading":
            return self.error(503, "Loading model")
        return super().chat(request, found)

    def check(self, body: dict[str, Any]) -> None:
        return


class OwnLocalAI(LocalServer):
    """LocalAI: what it installs is a job, whose failure is an empty object and a message."""

    name = "own-localai"
    prefix = "/own/localai"
    routes: ClassVar[Routes] = (
        ("GET", r"/readyz", "ready"),
        ("GET", r"/v1/models", "list_models"),
        ("POST", r"/models/apply", "apply"),
        ("GET", r"/models/jobs/([\w-]+)", "job"),
        ("POST", r"/v1/chat/completions", "chat"),
    )
    models: ClassVar[tuple[str, ...]] = ("phi-4",)
    key_required = False
    JOB = "251475c9-f666-11ed-95e0-9a8a4480ac58"

    @property
    def room(self) -> Room:
        return self.state.room("localai", {"phi-4": "unloaded"})

    def error(self, status: int, message: str, **more: Any) -> Output:
        said = {"code": status, "message": message, "param": None, "type": ""}
        return whole({"error": said}, status=status)

    def ready(self, _request: Request, _found: Any) -> Output:
        return whole("OK")

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole({"object": "list", "data": [{"id": each} for each in self.room.models]})

    def apply(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        body = body_of(request)
        if not body.get("id") and not body.get("url"):
            raise Invalid("no gallery and no url specified")
        self.room.begin(str(body["id"]))
        if self.room.trouble == "nameless":
            return whole({"status": "queued"})
        return whole({"uuid": self.JOB, "status": f"http://x/models/jobs/{self.JOB}"})

    def job(self, request: Request, found: Any) -> Output:
        self.admit(request, paid=False)
        if found[1] != self.JOB:
            return self.error(500, "could not find any status for ID")
        room, step = self.room, self.room.step()
        if step == 1:
            return whole(
                {"error": None, "processed": False, "message": "queued", "phase": "queued"}
            )
        if room.arriving.startswith("nowhere"):
            said = f"error: no model found with name {room.arriving}"
            return whole({"error": {}, "processed": True, "message": said})
        if room.trouble == "disk" and step > 2:
            said = "error: write /models/x: no space left on device"
            return whole({"error": {}, "processed": True, "message": said})
        if step < 4 or room.trouble == "hangs":
            share = 30.5 * min(step - 1, 2)
            return whole(
                {"error": None, "processed": False, "message": "processing", "progress": share}
            )
        room.models[room.arriving.partition("@")[2]] = "unloaded"
        return whole({"error": None, "processed": True, "message": "completed", "progress": 100})

    def check(self, body: dict[str, Any]) -> None:
        return


MODEL_SERVERS = (OwnOllama, OwnLMStudio, OwnLlamaServer, OwnLocalAI)
