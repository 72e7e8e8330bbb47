"""Servers of one's own that want an admin key for changes of their models, at `/own/<name>`."""

from typing import Any, ClassVar

from mock_provider.connection import Request
from mock_provider.outputs import Output, Piece, event, whole
from mock_provider.rooms import Room, answered, told
from mock_provider.vendors.local_servers import TabbyAPI, TextGen, Unfit
from mock_provider.vendors.vendor import Invalid, Routes, body_of

ADMIN_KEY = "sk-admin-0123456789"


class OwnTabbyAPI(TabbyAPI):
    """TabbyAPI with a folder of models and two keys; a load is told module after module."""

    name = "own-tabbyapi"
    prefix = "/own/tabbyapi"
    routes: ClassVar[Routes] = (
        *TabbyAPI.routes,
        ("POST", r"/v1/model/load", "load"),
        ("POST", r"/v1/model/unload", "unload"),
    )

    @property
    def room(self) -> Room:
        return self.state.room(
            "tabbyapi", {"Qwen3-8B-exl3": "unloaded", "Mistral-exl3": "unloaded"}
        )

    def admit(self, request: Request, *, paid: bool) -> None:
        if self._is_admin(request):
            return
        super().admit(request, paid=paid)

    def list_models(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        loaded = self.room.loaded
        names = self.room.models if self._is_admin(request) else ([loaded] if loaded else [])
        return whole({"object": "list", "data": [self.card(each) for each in names]})

    def show_loaded(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        self._demand_loaded()
        loaded = self.room.loaded
        parameters = {"max_seq_len": self.room.context.get(str(loaded), 32_768)}
        return whole(self.card(str(loaded)) | {"parameters": parameters})

    def chat(self, request: Request, found: Any) -> Output:
        self.admit(request, paid=True)
        self._demand_loaded()
        return super().chat(request, found)

    def load(self, request: Request, _found: Any) -> Output:
        self._demand_admin(request)
        body = body_of(request)
        model, length = body.get("name") or body.get("model_name"), body.get("max_seq_len")
        if not isinstance(model, str):
            raise Unfit("name", "Field required")
        if length is not None and not isinstance(length, int):
            raise Unfit("max_seq_len", "Input should be a valid integer")
        if model not in self.room.models:
            return self.error(
                400, "Could not find the model path for load. Check model name or config.yml?"
            )
        return told(self.room, self._modules(model, length), "text/event-stream")

    def _modules(self, model: str, length: int | None) -> list[Piece]:
        def told(module: int, status: str = "processing") -> Piece:
            return event({"model_type": "model", "module": module, "modules": 4, "status": status})

        if self.room.trouble == "memory":
            said = {"message": "CUDA out of memory. Tried to allocate 2 GiB", "trace": "…"}
            return [told(1), event({"error": said})]
        if not self.room.trouble:
            self.room.only(model, length or 32_768)
        else:
            self.room.only("", 0)
        return [*(told(each) for each in range(1, 5)), told(4, "finished")]

    def unload(self, request: Request, _found: Any) -> Output:
        self._demand_admin(request)
        self.room.only("", 0)
        return whole(None)

    def _is_admin(self, request: Request) -> bool:
        return ADMIN_KEY in {request.headers.get("x-admin-key"), request.bearer}

    def _demand_admin(self, request: Request) -> None:
        if not self._is_admin(request):
            raise Invalid("Invalid admin key", status=401)

    def _demand_loaded(self) -> None:
        if not self.room.loaded:
            raise Invalid("No models are currently loaded.", status=503)


class OwnTextGen(TextGen):
    """text-generation-webui with `--admin-key`: a load is answered when it is done."""

    name = "own-textgen"
    prefix = "/own/textgen"
    routes: ClassVar[Routes] = (
        *TextGen.routes,
        ("GET", r"/v1/internal/model/list", "list_folder"),
        ("POST", r"/v1/internal/model/load", "load"),
        ("POST", r"/v1/internal/model/unload", "unload"),
    )

    @property
    def room(self) -> Room:
        return self.state.room("textgen", {"Qwen3-8B.gguf": "unloaded", "Mistral.gguf": "unloaded"})

    def admit(self, request: Request, *, paid: bool) -> None:
        if request.bearer != ADMIN_KEY:
            super().admit(request, paid=paid)

    def show_loaded(self, request: Request, _found: Any) -> Output:
        self.admit(request, paid=False)
        return whole(
            {"model_name": self.room.loaded or "None", "lora_names": [], "loader": "llama.cpp"}
        )

    def list_folder(self, request: Request, _found: Any) -> Output:
        self._demand_admin(request)
        return whole({"model_names": ["None", *self.room.models]})

    def load(self, request: Request, _found: Any) -> Output:
        self._demand_admin(request)
        model = body_of(request).get("model_name")
        if not isinstance(model, str):
            raise Unfit("model_name", "Field required")
        if model not in self.room.models:
            return self.error(500, f"The model does not exist: {model}")
        answer = answered(self.room, "OK")
        if answer.status and not answer.delay:
            self.room.only(model, 8192)
        return answer

    def unload(self, request: Request, _found: Any) -> Output:
        self._demand_admin(request)
        self.room.only("", 0)
        return whole("OK")

    def _demand_admin(self, request: Request) -> None:
        if request.bearer != ADMIN_KEY:
            raise Unauthorised


class Unauthorised(Invalid):
    """What FastAPI says of a key that is not the one."""

    def __init__(self) -> None:
        super().__init__("Unauthorized", status=401)


KEYED_MODEL_SERVERS = (OwnTabbyAPI, OwnTextGen)
