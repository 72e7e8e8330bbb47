"""The connections the tests chat through: one for each way a provider is spoken to."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from running import Home, LiveMock
from tapster.app import Draft, Tapster
from tapster.core.links import Timeouts
from tapster.core.secrets import Secret


@dataclass(frozen=True)
class Tap:
    """A connection to a place of the mock, and what the models there can do.

    An absent model means that the provider has none that can.
    """

    name: str
    source: str
    place: str
    model: str
    chosen: tuple[tuple[str, str], ...] = ()
    key: str | None = "sk-good-1"
    thinks: str | None = None
    effort: dict[str, str] = field(default_factory=lambda: {"reasoning_effort": "high"})
    sees: str | None = None
    calls: str | None = None
    demands: bool = True
    logprobs: str | None = None
    stop: bool = True
    schema: bool = True
    ours: bool = False
    wrong_key: str | None = "sk-wrong-1"

    @property
    def options(self) -> tuple[str, ...]:
        """Return the source's options as the command line takes them."""
        return tuple(
            word for name, value in self.chosen for word in ("--option", f"{name}={value}")
        )

    def named(self, model: str | None) -> str:
        """Return the model's name at the gateway."""
        return f"{self.name}/{model or self.model}"


TAPS = (
    Tap(
        "chat",
        "openai",
        "/openai/v1",
        "gpt-4o",
        chosen=(("api", "chat"),),
        sees="gpt-4o",
        calls="gpt-4o",
        logprobs="gpt-4o",
        ours=True,
    ),
    Tap(
        "responses",
        "openai",
        "/openai/v1",
        "gpt-5.2",
        chosen=(("api", "responses"),),
        thinks="gpt-5.2",
        sees="gpt-5.2",
        calls="gpt-5.2",
        logprobs="gpt-5.2",
        stop=False,
    ),
    Tap(
        "claude",
        "claude",
        "/anthropic/v1",
        "claude-sonnet-4-6",
        thinks="claude-sonnet-4-6",
        sees="claude-sonnet-4-6",
        calls="claude-sonnet-4-6",
    ),
    Tap(
        "google",
        "google",
        "/google/v1beta",
        "gemini-2.5-flash",
        key="AIza-good-1",
        wrong_key="AIza-wrong-1",
        thinks="gemini-3.5-flash",
        sees="gemini-2.5-flash",
        calls="gemini-2.5-flash",
        logprobs="gemini-2.5-flash",
    ),
    Tap(
        "vertex",
        "vertex",
        "/vertex/v1",
        "gemini-2.5-flash",
        key=None,  # a service account, made by the mock
        wrong_key=None,
        thinks="gemini-3.5-flash",
        sees="gemini-2.5-flash",
        calls="gemini-2.5-flash",
        logprobs="gemini-2.5-flash",
    ),
    Tap(
        "palm",
        "palm",
        "/palm/v1beta2",
        "chat-bison-001",
        key="AIza-good-1",
        wrong_key="AIza-wrong-1",
        stop=False,
        schema=False,
    ),
    Tap(
        "mistral",
        "mistral",
        "/mistral/v1",
        "mistral-large-latest",
        thinks="magistral-medium-latest",
        effort={},
        sees="mistral-large-latest",
        calls="mistral-large-latest",
    ),
    Tap(
        "cohere",
        "cohere",
        "/cohere",
        "command-a-03-2025",
        thinks="command-a-reasoning",
        sees="command-a-vision",
        calls="command-a-03-2025",
    ),
    Tap(
        "ollama",
        "ollama",
        "/ollama",
        "llama3.2:1b",
        key=None,
        wrong_key=None,
        thinks="qwen3:8b",
        sees="qwen3:8b",
        calls="qwen3:8b",
        demands=False,
    ),
    Tap(
        "router",
        "openrouter",
        "/openrouter/api/v1",
        "openai/gpt-6-sol",
        thinks="anthropic/claude-opus-5.5",
        sees="openai/gpt-6-sol",
        calls="anthropic/claude-opus-5.5",
        logprobs="openai/gpt-6-sol",
        ours=True,
    ),
    Tap(
        "own",
        "custom",
        "/compatible/v1",
        "local-model",
        thinks="local-model",
        sees="local-model",
        calls="local-model",
        logprobs="local-model",
        ours=True,
    ),
)


async def save_all(home: Home, mock: LiveMock) -> None:
    """Save every tap by the command line, and beside it one whose key is refused."""
    account = mock.account()
    # The first command makes the database; two at once would both want to.
    home.run("connections", "list")
    with ThreadPoolExecutor(2) as threads:
        saving = [
            threads.submit(
                home.add,
                tap.name,
                tap.source,
                *("--endpoint", mock.url + tap.place, *tap.options),
                key=account if tap.source == "vertex" else tap.key,
            )
            for tap in TAPS
        ]
    for each in saving:
        each.result()
    async with Tapster.open(home.config, environment={}) as tapster:
        for tap in TAPS:
            if tap.wrong_key:
                draft = Draft(endpoint=mock.url + tap.place, options=dict(tap.chosen))
                refused = Secret(tap.wrong_key)
                await tapster.connections.add(f"{tap.name}-refused", tap.source, draft, refused)
        strict = Draft(endpoint=mock.url + "/openai/v1")
        await tapster.connections.add("strict", "openai", strict, Secret("sk-good-1"))
        short = Draft(endpoint=mock.url + "/compatible/v1", timeouts=Timeouts(idle=1, total=60))
        await tapster.connections.add("short", "custom", short)
