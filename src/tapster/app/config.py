"""Configuration: command line > environment > `config.toml` > default, read once, here."""

import ipaddress
import tomllib
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec
import platformdirs
from msgspec import Meta, Struct

from tapster.core.errors import InvalidInput
from tapster.core.secrets import Secret

PREFIX = "TAPSTER_"


class Config(Struct, frozen=True, kw_only=True):
    """How this process runs. Folders are absolute; they need not exist yet.

    `allowed_targets` are hosts or networks (CIDR) connections may lead to although they are
    private, in network mode. `model_idle` is how many seconds the embedded model stays loaded
    without a request.
    """

    data_dir: Path
    config_dir: Path
    host: str = "127.0.0.1"
    port: Annotated[int, Meta(ge=0, le=65535)] = 8277
    database_url: str | None = None
    redis_url: str | None = None
    vault_passphrase: Secret | None = None
    vault_key: Literal["auto", "keyring", "file"] = "auto"
    public_url: str | None = None
    allowed_hosts: tuple[str, ...] = ()
    allowed_targets: tuple[str, ...] = ()
    workers: Annotated[int, Meta(ge=1, le=256)] = 1
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["text", "json"] = "text"
    model_idle: Annotated[float, Meta(ge=0)] = 600.0
    shutdown_grace: Annotated[float, Meta(ge=0, le=600)] = 10.0
    backups: Literal["on", "off"] = "on"

    @property
    def database(self) -> str:
        """The database's URL: the one that was set, else a file in the data folder."""
        return self.database_url or f"sqlite+aiosqlite:///{self.data_dir / 'tapster.db'}"

    def demand_shared_state(self) -> None:
        """Raise `InvalidInput` where several workers would have no state in common."""
        missing = [
            f"{name} ({PREFIX}{name.upper()})"
            for name, there in (
                ("database_url", (self.database_url or "").startswith("postgres")),
                ("redis_url", bool(self.redis_url)),
            )
            if not there
        ]
        if missing:
            raise InvalidInput(
                f"More than one worker needs PostgreSQL and Redis: set {' and '.join(missing)}, "
                "or serve with one worker, which is enough for a household.",
                field="workers",
            )

    @property
    def network_mode(self) -> bool:
        """Whether others than this machine may reach the server."""
        if self.host == "localhost":
            return False
        try:
            return not ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return True

    @property
    def models_dir(self) -> Path:
        """Where model files the person added are kept."""
        return self.data_dir / "models"

    @property
    def database_kind(self) -> Literal["sqlite", "postgresql"]:
        """Which kind of database that is."""
        return "postgresql" if (self.database_url or "").startswith("postgres") else "sqlite"

    @property
    def backups_dir(self) -> Path:
        """Where backups of the database are kept."""
        return self.data_dir / "backups"


class Described(Struct, frozen=True):
    """One setting, for the documentation and `tapster doctor`."""

    name: str
    variable: str
    meaning: str


SETTINGS: tuple[Described, ...] = tuple(
    Described(name, PREFIX + name.upper(), meaning)
    for name, meaning in (
        ("data_dir", "Where everything is kept. Default: the platform's data folder."),
        ("config_dir", "Where `config.toml` and the vault's master key are. Never in a backup."),
        ("host", "Address the server listens on. Another than loopback is network mode."),
        ("port", "Port the server listens on."),
        ("database_url", "PostgreSQL instead of the SQLite file: `postgresql://user@host/name`."),
        ("redis_url", "Redis, for more than one worker."),
        ("vault_passphrase", "Passphrase that opens the vault instead of keyring or key file."),
        ("vault_key", "Where the master key lives: `auto`, `keyring` or `file`."),
        ("public_url", "Address people use, such as `https://chat.example.org`, behind a proxy."),
        (
            "allowed_hosts",
            "Further Host names the server answers to, comma-separated; others get 421.",
        ),
        (
            "allowed_targets",
            "Private hosts or networks connections may lead to in network mode, comma-separated.",
        ),
        ("workers", "Number of server processes."),
        ("log_level", "`debug`, `info`, `warning` or `error`."),
        ("log_format", "`text` or `json`."),
        ("model_idle", "Seconds the embedded model stays loaded without a request."),
        ("shutdown_grace", "Seconds a server that is stopped leaves to answers that still run."),
        ("backups", "`on`: the server backs up the database once a day. `off`: only by hand."),
    )
)
_NAMES = tuple(setting.name for setting in SETTINGS)


def read_config(environment: Mapping[str, str], given: Mapping[str, Any] | None = None) -> Config:
    """Return the configuration. `given` is what the command line said; `None` values are unset.

    Raises `InvalidInput` that names the setting and where it came from.
    """
    chosen: dict[str, Any] = {}
    sources: dict[str, str] = {}
    from_environment = {
        name: environment[PREFIX + name.upper()]
        for name in _NAMES
        if environment.get(PREFIX + name.upper(), "") != ""
    }
    set_here = {name: value for name, value in (given or {}).items() if value is not None}
    config_dir = _folder(
        set_here.get("config_dir")
        or from_environment.get("config_dir")
        or platformdirs.user_config_path("tapster", appauthor=False)
    )
    file = config_dir / "config.toml"
    for place, values in (
        (str(file), _read_file(file)),
        ("the environment", from_environment),
        ("the command line", set_here),
    ):
        for name, value in values.items():
            chosen[name] = value
            sources[name] = place
    chosen["config_dir"] = config_dir
    chosen["data_dir"] = _folder(
        chosen.get("data_dir") or platformdirs.user_data_path("tapster", appauthor=False)
    )
    return _converted(chosen, sources)


def _converted(chosen: dict[str, Any], sources: Mapping[str, str]) -> Config:
    for name in ("allowed_hosts", "allowed_targets"):
        if isinstance(value := chosen.get(name), str):
            chosen[name] = [part.strip() for part in value.split(",") if part.strip()]
    if redis_url := chosen.get("redis_url"):
        _demand_redis(str(redis_url), sources["redis_url"])
    passphrase = chosen.pop("vault_passphrase", None)
    for name, value in chosen.items():
        kind = Config.__annotations__[name]
        try:
            chosen[name] = msgspec.convert(value, kind, strict=False, dec_hook=_as_path)
        except msgspec.ValidationError as error:
            raise InvalidInput(
                f"The setting {name} ({PREFIX}{name.upper()}) from {sources[name]} must be "
                f"{_wanted(kind)}.",
                field=name,
            ) from error
    return Config(**chosen, vault_passphrase=Secret(str(passphrase)) if passphrase else None)


def _demand_redis(address: str, place: str) -> None:
    """Raise `InvalidInput` for what is no address of Redis; it may hold a password."""
    try:
        parts = urlsplit(address)
        sound = (
            parts.scheme in {"redis", "rediss"}
            and bool(parts.hostname)
            and (parts.port is None or parts.port > 0)
            and parts.path.strip("/").isdigit() | (parts.path in {"", "/"})
        ) or (parts.scheme == "unix" and bool(parts.path))
    except ValueError:
        sound = False
    if not sound:
        raise InvalidInput(
            f"The setting redis_url ({PREFIX}REDIS_URL) from {place} is no address of Redis: "
            "write redis://host:6379/0, rediss://… for TLS, or unix:///path/of/the/socket.",
            field="redis_url",
        )


def _wanted(kind: Any) -> str:
    """Return in words what a setting of this kind may be."""
    if choices := [choice for choice in get_args(kind) if isinstance(choice, str)]:
        return f"one of {', '.join(choices)}"
    for limits in get_args(kind):
        if isinstance(limits, Meta):
            most = f" to {limits.le}" if limits.le is not None else " upwards"
            return f"a number from {limits.ge}{most}"
    return "a text"


def _read_file(file: Path) -> dict[str, Any]:
    try:
        values = tomllib.loads(file.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise InvalidInput(f"{file} cannot be read: {error}. Mend it or move it away.") from error
    for name in values:
        if name not in _NAMES:
            near = get_close_matches(name, _NAMES, n=1)
            hint = f" Did you mean {near[0]}?" if near else ""
            raise InvalidInput(f"{file} has a setting {name!r} nobody knows.{hint}", field=name)
    return values


def _folder(value: str | Path) -> Path:
    return Path(value).expanduser().absolute()


def _as_path(kind: type, value: object) -> object:
    if kind is Path and isinstance(value, str | Path):
        return Path(value)
    raise NotImplementedError
