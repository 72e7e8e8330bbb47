"""What stands at an address: which server, how it is, and what it says of itself."""

from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace


class Sight(StrEnum):
    """What was found at an address.

    From `ready` to `key_refused` it is a server of a kind we know.
    """

    READY = "ready"
    NO_MODEL = "no_model"
    LOADING = "loading"
    KEY_WANTED = "key_wanted"
    KEY_REFUSED = "key_refused"
    UNKNOWN = "unknown"
    OURSELVES = "ourselves"
    NO_API = "no_api"
    SILENT = "silent"
    NOTHING = "nothing"


class ServerModel(Struct, frozen=True, omit_defaults=True):
    """A model a server has. `loaded` is `None` where it does not say; `context` is in tokens."""

    id: str
    loaded: bool | None = None
    context: int | None = None


class ChatTemplate(Struct, frozen=True, omit_defaults=True):
    """How a server makes one text of messages: the template's name, its text, or both.

    `length` is that of the text in characters, also where the text itself is left out.
    """

    name: str | None = None
    length: int | None = None
    text: str | None = None


class ServerFacts(Struct, frozen=True, kw_only=True):
    """What a server says of itself; what it does not say is `None`.

    `context` is what one conversation has, in tokens: with several `slots`, what each of them
    has. `engine` is what it loads models with. `needs_key` is whether it was started with a key,
    `refused` whether it did not tell what it tells with the right one. One that `needs_model`
    answers nothing before somebody loads a model; others load what is asked for.
    """

    version: str | None = None
    models: tuple[ServerModel, ...] = ()
    context: int | None = None
    slots: int | None = None
    template: ChatTemplate | None = None
    engine: str | None = None
    loading: bool = False
    needs_key: bool = False
    refused: bool = False
    needs_model: bool = False

    @property
    def loaded(self) -> tuple[ServerModel, ...]:
        """The models in its memory."""
        return tuple(model for model in self.models if model.loaded)


class Server(Struct, frozen=True, kw_only=True):
    """What stands at `address`, which is a connection's endpoint as it should be saved.

    `source` is the kind of server, absent where it is none we know; `message` says in a sentence
    what was found and what to do. The rest is as in `ServerFacts`.
    """

    address: str
    sight: Sight
    message: str
    source: str | None = None
    title: str | None = None
    version: str | None = None
    models: tuple[ServerModel, ...] = ()
    context: int | None = None
    slots: int | None = None
    template: ChatTemplate | None = None
    engine: str | None = None

    @property
    def is_found(self) -> bool:
        """Whether a server for models is there, of a kind we know or another."""
        return self.source is not None or self.sight is Sight.UNKNOWN

    @property
    def loaded(self) -> tuple[ServerModel, ...]:
        """The models in its memory."""
        return tuple(model for model in self.models if model.loaded)


def in_short(server: Server) -> Server:
    """Return `server` as it is kept: the loaded models alone, the template without its text."""
    template = server.template and replace(server.template, text=None)
    return replace(server, models=server.loaded, template=template)
