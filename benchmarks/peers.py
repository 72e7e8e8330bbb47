"""The gateways that are compared, each started in front of the same canned upstream."""

import secrets
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from msgspec import Struct

from benchmarks.load import Load
from benchmarks.processes import (
    GATEWAY_CORE,
    LOAD_CORE,
    ROOT,
    Processes,
    children_of,
    free_port,
    python,
    variables,
    wait_for,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

TAPSTER = str(ROOT / ".venv/bin/tapster")
LITELLM = ROOT / ".venv-litellm/bin/litellm"


class Peer(Struct, frozen=True):
    """A running gateway, and how it wants to be asked. `translated` is the model that the
    upstream speaks Anthropic's format for.
    """

    name: str
    port: int
    pid: int
    model: str = "canned"
    translated: str | None = None
    paced: str = "paced-"
    token: str = "none"

    @property
    def worker(self) -> int:
        """The process that does the work: nginx has one below the one we started."""
        return next(iter(children_of(self.pid)), self.pid) if self.name == "nginx" else self.pid

    def load(self, way: str, **settings: object) -> Load:
        fields = {"model": self.model, **settings}
        return Load(way=way, port=self.port, token=self.token, **fields)  # type: ignore[arg-type]


def start_upstream(started: Processes) -> Peer:
    """Start the canned upstream on the load's core; asked directly it is a peer, too."""
    port = free_port()
    process = started.start("upstream", python("benchmarks.upstream", str(port)), core=LOAD_CORE)
    wait_for(process, port, seconds=20)
    return Peer("direct", port, process.pid)


def start_bare_asgi(started: Processes, upstream: int) -> Peer:
    port = free_port()
    process = started.start(
        "bare-asgi", bare_asgi_command(port), core=GATEWAY_CORE, environment=passing_to(upstream)
    )
    wait_for(process, port, seconds=20)
    return Peer("bare ASGI", port, process.pid)


def bare_asgi_command(port: int) -> list[str]:
    served = ("--loop", "uvloop", "--http", "httptools", "--no-access-log")
    return python("uvicorn", "benchmarks.bare_asgi:app", "--port", str(port), *served)


def passing_to(upstream: int) -> dict[str, str]:
    return {"UPSTREAM": f"http://127.0.0.1:{upstream}"}


_NGINX = """
worker_processes 1; daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log;
events {{ worker_connections 8192; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  upstream canned {{ server 127.0.0.1:{upstream}; keepalive 64; }}
  server {{
    listen 127.0.0.1:{port} backlog=2048; client_max_body_size 64m; keepalive_requests 1000000;
    location / {{
      proxy_pass http://canned; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_buffering off;
    }}
  }}
}}
"""


def start_nginx(started: Processes, upstream: int) -> Peer | None:
    """Start nginx, passing answers on unbuffered, or return `None` where it is not installed."""
    program = shutil.which("nginx")
    if program is None:
        return None
    port, settings = free_port(), started.folder / "nginx.conf"
    settings.write_text(_NGINX.format(folder=started.folder, port=port, upstream=upstream))
    command = [program, "-c", str(settings), "-e", str(started.folder / "nginx.log")]
    process = started.start("nginx", command, core=GATEWAY_CORE)
    wait_for(process, port, seconds=10)
    return Peer("nginx", port, process.pid)


_LITELLM = """
model_list:
  - model_name: canned
    litellm_params: {{model: openai/canned, api_base: "{upstream}/v1", api_key: key}}
  - model_name: translated
    litellm_params: {{model: anthropic/canned, api_base: "{upstream}", api_key: key}}
general_settings: {{master_key: "{key}"}}
"""
# It does not start without a key that looks like one.
LITELLM_KEY = f"sk-{secrets.token_hex(24)}"


def litellm_command(folder: Path, port: int, upstream: int) -> list[str]:
    settings = folder / "litellm.yaml"
    address = f"http://127.0.0.1:{upstream}"
    settings.write_text(_LITELLM.format(upstream=address, key=LITELLM_KEY))
    return [str(LITELLM), "--config", str(settings), "--host", "127.0.0.1", "--port", str(port)]


LITELLM_VARIABLES = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_LOG": "ERROR"}


def start_litellm(started: Processes, upstream: int) -> Peer | None:
    """Start a LiteLLM proxy, or return `None` where it is not installed."""
    if not LITELLM.exists():
        return None
    port = free_port()
    process = started.start(
        "litellm",
        litellm_command(started.folder, port, upstream),
        core=GATEWAY_CORE,
        environment=LITELLM_VARIABLES,
    )
    wait_for(process, port, seconds=120)
    return Peer("LiteLLM", port, process.pid, translated="translated", token=LITELLM_KEY)


class Home:
    """The data folder of a Tapster, with its two connections and its access token."""

    def __init__(self, folder: Path, upstream: int) -> None:
        folder.mkdir()
        self.variables: Mapping[str, str] = {
            "HOME": str(folder),
            "TAPSTER_DATA_DIR": str(folder / "data"),
            "TAPSTER_CONFIG_DIR": str(folder / "config"),
            "TAPSTER_VAULT_KEY": "file",
        }
        endpoint = f"http://127.0.0.1:{upstream}/v1"
        self._add("canned", "custom", endpoint)
        self._add("translated", "claude", endpoint)
        self.token = self.run("tokens", "create", "benchmark").strip()

    def _add(self, name: str, source: str, endpoint: str) -> None:
        added = ("--endpoint", endpoint, "--model", "canned", "--key-stdin")
        self.run("connections", "add", name, "--source", source, *added, said="sk-canned-key")

    def run(self, *arguments: str, said: str = "") -> str:
        """Run a command of ours and return what it printed."""
        done = subprocess.run(
            [TAPSTER, *arguments],
            env=variables(self.variables),
            cwd=ROOT,
            input=said,
            text=True,
            stdout=subprocess.PIPE,
            timeout=60,
            check=True,
        )
        return done.stdout


def tapster_command(port: int) -> list[str]:
    return [TAPSTER, "serve", "--port", str(port)]


def start_tapster(
    started: Processes, home: Home, *, core: int | None = GATEWAY_CORE, name: str = "tapster"
) -> Peer:
    port = free_port()
    process = started.start(name, tapster_command(port), core=core, environment=home.variables)
    wait_for(process, port, seconds=40)
    return Peer(
        "Tapster",
        port,
        process.pid,
        model="canned/canned",
        translated="translated/canned",
        paced="canned/paced-",
        token=home.token,
    )
