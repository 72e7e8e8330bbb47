"""All vendors of the mock, in one list."""

from mock_provider.connection import Request
from mock_provider.outputs import Output, Piece, document, event
from mock_provider.state import State
from mock_provider.vendors.anthropic import Anthropic
from mock_provider.vendors.cohere import Cohere
from mock_provider.vendors.compatible import COMPATIBLE
from mock_provider.vendors.google import Google
from mock_provider.vendors.keyed_model_servers import KEYED_MODEL_SERVERS
from mock_provider.vendors.kobold import KoboldCpp
from mock_provider.vendors.local_servers import LOCAL_SERVERS
from mock_provider.vendors.mistral import Mistral
from mock_provider.vendors.model_servers import MODEL_SERVERS
from mock_provider.vendors.ollama import Ollama
from mock_provider.vendors.openai import Azure, OpenAI
from mock_provider.vendors.openrouter import OpenRouter
from mock_provider.vendors.palm import Palm
from mock_provider.vendors.vendor import HTML, Vendor
from mock_provider.vendors.vertex import Vertex


class Nobody(Vendor):
    """What answers where no vendor lives: a web server's page."""

    name = "nobody"
    prefix = "/nobody"

    def error(self, status: int, message: str, **_: object) -> Output:
        return document(HTML, "text/html; charset=utf-8", status=status)

    def no_such_path(self, request: Request) -> Output:
        return self.error(404, "")

    def error_event(self, message: str) -> Piece:
        return event({"error": message}, "end")

    def unknown_event(self) -> Piece:
        return event({})


VENDORS: tuple[type[Vendor], ...] = (
    OpenAI,
    Azure,
    Anthropic,
    Google,
    Vertex,
    Palm,
    Mistral,
    Cohere,
    Ollama,
    OpenRouter,
    *COMPATIBLE,
    *LOCAL_SERVERS,
    *MODEL_SERVERS,
    *KEYED_MODEL_SERVERS,
    KoboldCpp,
    Nobody,
)


def every_vendor(state: State) -> list[Vendor]:
    """Return one of each, around the same state."""
    return [vendor(state) for vendor in VENDORS]
