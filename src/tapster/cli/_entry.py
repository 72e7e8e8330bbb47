"""The command `tapster`: its groups of commands, and what happens when one fails."""

import os
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, ClassVar, NoReturn

import typer

from tapster.cli._help import Commands, context_settings
from tapster.cli._terminal import Folders, complain
from tapster.cli.backup import app as backup
from tapster.cli.chat import chat
from tapster.cli.chats import app as chats
from tapster.cli.connect import connect
from tapster.cli.connections import app as connections
from tapster.cli.doctor import doctor
from tapster.cli.imports import import_
from tapster.cli.keys import app as keys
from tapster.cli.models import app as models
from tapster.cli.prompt import prompt
from tapster.cli.proxies import app as proxies
from tapster.cli.serve import serve
from tapster.cli.servers import app as servers
from tapster.cli.sources import app as sources
from tapster.cli.tokens import app as tokens
from tapster.cli.users import app as users
from tapster.cli.version import version
from tapster.core.errors import Conflict, InvalidInput, NotFound, TapsterError
from tapster.core.redaction import redact_shapes

# What is said of a number that is none, and what we say.
_PLAINER = (
    (re.compile(r"'[^']*' is not a valid int(eger)?( range)?"), "it must be a whole number"),
    (re.compile(r"'[^']*' is not a valid float( range)?"), "it must be a number"),
)


class _Everything(Commands):
    headings: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "Talk": ("chat", "chats", "import", "prompt"),
        "Connections and models": (
            "connect",
            "connections",
            "proxies",
            "keys",
            "models",
            "sources",
            "servers",
        ),
        "For programs": ("serve", "tokens"),
        "For several people": ("users",),
        "Care": ("backup", "doctor", "version"),
    }


app = typer.Typer(
    cls=_Everything,
    name="tapster",
    help="One bar, every tap: chat with any model, and serve all of them to any OpenAI client.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings=context_settings(),
)
app.command("chat")(chat)
app.add_typer(chats, name="chats")
app.command("import")(import_)
app.command("prompt")(prompt)
app.command("connect")(connect)
app.add_typer(connections, name="connections")
app.add_typer(proxies, name="proxies")
app.add_typer(keys, name="keys")
app.add_typer(models, name="models")
app.add_typer(sources, name="sources")
app.add_typer(servers, name="servers")
app.command("serve")(serve)
app.add_typer(tokens, name="tokens")
app.add_typer(backup, name="backup")
app.add_typer(users, name="users")
app.command("doctor")(doctor)
app.command("version")(version)


@app.callback()
def tapster(
    context: typer.Context,
    data_dir: Annotated[
        Path | None, typer.Option(help="Where everything is kept (TAPSTER_DATA_DIR).")
    ] = None,
    config_dir: Annotated[
        Path | None,
        typer.Option(help="Where config.toml and the vault's key are (TAPSTER_CONFIG_DIR)."),
    ] = None,
) -> None:
    """Chat with any model, and serve all of them to any OpenAI client."""
    context.obj = Folders(data_dir, config_dir)


def main(words: list[str] | None = None) -> NoReturn:
    """Run the command in `words` (those of the process if absent) and leave with its exit code.

    0 done, 1 the provider or server refused, 2 usage, 130 interrupted. Every failure is one line
    on standard error.
    """
    _mend_streams()
    try:
        code = _run(words)
        sys.stdout.flush()
    except BrokenPipeError:
        code = _reader_left()
    except OSError as error:
        code = complain(f"The output cannot be written: {error.strerror or error}.", 1)
        _throw_output_away()
    sys.exit(code)


def _run(words: list[str] | None) -> int:
    try:
        command: Any = typer.main.get_command(app)
        # Not by the command's own `main`, which has ideas of its own on how to fail.
        with command.make_context(
            "tapster", sys.argv[1:] if words is None else list(words)
        ) as here:
            code = command.invoke(here)
    except NotFound as error:
        # It repeats a name somebody typed, and it may have been a key.
        return complain(redact_shapes(error.message), 2)
    except (InvalidInput, Conflict) as error:
        return complain(error.message, 2)
    except TapsterError as error:
        return complain(error.message, 1)
    except (KeyboardInterrupt, typer.Abort):
        return 130
    except typer.Exit as leaving:
        return leaving.exit_code
    except typer.TyperException as error:
        return _complain_of_usage(error)
    except OSError as error:
        if error.filename is None:
            # Nothing was opened by this name: it is our own output that failed.
            raise
        return complain(f"{error.filename} cannot be used: {error.strerror}.", 1)
    except Exception as error:  # noqa: BLE001  # no traceback reaches a person
        return complain(_defect(error), 1)
    return code if isinstance(code, int) else 0


def _complain_of_usage(error: typer.TyperException) -> int:
    context: Any = getattr(error, "ctx", None)
    path = context.command_path if context else "tapster"
    message = redact_shapes(error.format_message().strip())
    if type(error).__name__ == "NoArgsIsHelpError":
        print(message, file=sys.stderr)
        return 2
    if message.startswith("Got unexpected extra argument"):
        # Not repeated: it may be a key somebody meant to hand over.
        message = "There is an argument too many (keys are never arguments)."
    for theirs, ours in _PLAINER:
        message = theirs.sub(ours, message)
    if not message.endswith((".", "?", "!")):
        message += "."
    return complain(f"{message} See `{path} --help`.", 2)


def _mend_streams() -> None:
    """Make the standard streams bear what comes: closed ones, and signs they cannot write."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, mode, encoding="utf-8"))  # noqa: SIM115, PTH123  # open until the end
        elif mode == "w" and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _reader_left() -> int:
    """Return the exit code where the reader of our output left, as `| head` does."""
    _throw_output_away()
    return 0


def _throw_output_away() -> None:
    # What is still buffered would fail once more, loudly, when the interpreter ends.
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())


def _defect(error: Exception) -> str:
    """Return what to say of a failure nobody foresaw; the traceback goes to the log."""
    import logging

    logging.getLogger("tapster").debug("unforeseen", exc_info=error)
    words = redact_shapes(str(error))[:300]
    return (
        f"Tapster itself failed: {type(error).__name__}: {words}. Please report it with what you "
        "typed; TAPSTER_LOG_LEVEL=debug shows more."
    )
