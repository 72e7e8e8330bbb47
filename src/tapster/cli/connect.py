"""`tapster connect`: a guided way from nothing to a connection that works."""

import secrets
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tapster.cli._asking import Choice, ask, ask_hidden, confirm, matching, show_choices
from tapster.cli._desk import Desk, desk
from tapster.cli._terminal import complain, config_of, note, one_line
from tapster.core.checks import Check, State
from tapster.core.errors import Conflict, InvalidInput, NotFound, TapsterError

if TYPE_CHECKING:
    from tapster.app import Draft
    from tapster.core.connections import Connection
    from tapster.core.secrets import Secret
    from tapster.sources import Option, Source

_MOST_SHOWN = 24
_WELL = {State.READY, State.UNVERIFIED, State.BYPASSED, State.IN_PAGE}
_ADDRESS_IS_WRONG = {State.WRONG_PATH, State.UNREACHABLE, State.TLS_FAILED}
_SCRIPTS = "in a script use `tapster connections add`."
_KEY_IS_WRONG = {State.KEY_REFUSED, State.NO_KEY}


def connect(
    context: typer.Context,
    source: Annotated[
        str | None,
        typer.Argument(metavar="SOURCE", help="Source id; asked for if it is left out."),
    ] = None,
) -> None:
    """Connect a source, step by step: source, key, check, model, saved."""
    if not sys.stdin.isatty():
        raise InvalidInput(
            "`tapster connect` asks questions and needs a terminal. In a script use: tapster "
            "connections add NAME --source ID --key-stdin"
        )
    with desk(context) as real:
        chosen = _choose_source(source)
        with _trial_desk(context) as trial:
            code = _Guide(real, trial, chosen).lead()
    if code:
        raise typer.Exit(code)


def _choose_source(wanted: str | None) -> "Source":
    from tapster.sources import all_sources, find_source

    if wanted:
        return find_source(wanted)
    offered = {source.id: source for source in all_sources().values() if not source.built_in}
    choices = [Choice(source.id, source.title) for source in offered.values()]
    show_choices(choices)
    while True:
        answer = ask("Which source (number, name or a part of it)")
        fits = matching(choices, answer) if answer else []
        if len(fits) == 1:
            return offered[fits[0].id]
        if fits:
            note("Which of these: " + ", ".join(each.title for each in fits[:10]) + "?")
        elif answer:
            note("There is no such source. `custom` takes any OpenAI-compatible address.")


@contextmanager
def _trial_desk(context: Any) -> Iterator[Desk]:
    """Open a Tapster of its own, in a folder that goes away, for a connection on trial.

    However `connect` ends, nothing of it is among the real connections before its last step.
    """
    from tempfile import TemporaryDirectory

    from msgspec.structs import replace

    from tapster.core.secrets import Secret

    with TemporaryDirectory(prefix="tapster-", ignore_cleanup_errors=True) as folder:
        config = replace(
            config_of(context),
            data_dir=Path(folder) / "data",
            config_dir=Path(folder) / "config",
            database_url=None,
            # Known to nobody: what a power cut left of the folder could not be opened.
            vault_passphrase=Secret(secrets.token_hex(32)),
        )
        with desk(context, config) as trial:
            yield trial


@dataclass
class _Guide:
    """Leads from step to step; only the last touches what is saved."""

    real: Desk
    trial: Desk
    source: "Source"
    endpoint: str | None = None
    key: "Secret | None" = None
    options: dict[str, str] = field(default_factory=dict)
    slug: str = ""

    def lead(self) -> int:
        """Return the exit code: 0 for a connection that is ready."""
        self.slug = self._free_name()
        self._introduce()
        check = self._until_kept()
        if check is None:
            return complain("Nothing was saved.", 1)
        saved = self._save(self._choose_model())
        note(
            f"Saved {saved.name!r}.\n"
            f"  Chat:   tapster chat -c {saved.slug}\n"
            f"  Check:  tapster connections check {saved.slug}"
        )
        return 0 if check.state in _WELL else 1

    def _introduce(self) -> None:
        source = self.source
        note(f"{source.title}")
        if source.retired:
            note(source.retired)
        if source.note:
            note(source.note)
        if source.base_url is None or source.retired:
            self._ask_endpoint("Base URL (usually ends in /v1)")
        for option in source.options:
            if option.required:
                self._ask_option(option)
        if source.key_need != "none":
            if source.key_page:
                note(
                    f"A key is made at {source.key_page} (keep a copy: a lost key cannot be "
                    "restored)."
                )
            if source.grant is None or not self._granted_key():
                self._ask_key()

    def _granted_key(self) -> bool:
        """Offer to get the key in the browser; tell whether there is one now."""
        if not confirm("Get the key in the browser?", otherwise=_SCRIPTS):
            return False
        tapster = self.trial.tapster

        def show(page: str) -> None:
            note(f"Open this page and agree (Ctrl-C ends the waiting):\n  {page}")

        try:
            self.key = self.trial.do(tapster.key_from_browser(self.source, show=show))
        except TapsterError as error:
            note(one_line(error.message))
            return False
        return True

    def _ask_endpoint(self, question: str) -> None:
        from tapster.app.drafts import accept_endpoint

        while True:
            answer = ask(question, default=self.endpoint or "")
            try:
                self.endpoint = accept_endpoint(answer)
            except InvalidInput as error:
                note(one_line(error.message))
            else:
                return

    def _ask_option(self, option: "Option") -> None:
        while not (answer := ask(f"{option.title} ({option.meaning})")):
            pass
        self.options[option.name] = answer

    def _ask_key(self) -> None:
        from tapster.app import accept_key

        optional = self.source.key_need == "optional"
        while True:
            typed = ask_hidden(f"Key (not shown{', Enter for none' if optional else ''})")
            if not typed.strip() and optional:
                self.key = None
                return
            try:
                self.key = accept_key(typed)
            except InvalidInput as error:
                note(one_line(error.message))
            else:
                return

    def _until_kept(self) -> Check | None:
        """Return the check of what is to be saved, or nothing if nothing is."""
        while True:
            check = self._check()
            print(f"{'✓' if check.state in _WELL else '✗'} {one_line(check.message)}")
            if check.state in _WELL | {State.KEY_NOT_ACTIVE_YET, State.RATE_LIMITED}:
                return check
            if not self._mend(check.state):
                kept = confirm("Save it all the same?", otherwise=_SCRIPTS)
                return check if kept else None

    def _mend(self, state: State) -> bool:
        """Ask for another key or address; tell whether there is something new to check."""
        if state in _KEY_IS_WRONG and self.source.key_need != "none":
            wanted = confirm("Enter another key?", otherwise=_SCRIPTS)
            if wanted:
                self._ask_key()
            return wanted
        if state in _ADDRESS_IS_WRONG and self.endpoint is not None:
            wanted = confirm("Enter another address?", otherwise=_SCRIPTS)
            if wanted:
                self._ask_endpoint("Base URL")
            return wanted
        return False

    def _check(self) -> Check:
        """Return how what was typed so far stands."""
        connections = self.trial.tapster.connections
        latest: list[Check] = []

        async def follow() -> None:
            with suppress(NotFound):
                if not (await connections.find(self.slug)).ready_made:
                    await connections.remove(self.slug)
            await connections.add(self.slug, self.source.id, self._draft(), self.key)
            async for check in connections.check_until_active(self.slug):
                latest.append(check)
                if check.state is State.KEY_NOT_ACTIVE_YET:
                    note(f"{one_line(check.message)} (Ctrl-C ends the waiting)")

        note("Checking …")
        try:
            self.trial.do(follow())
        except KeyboardInterrupt:
            # Whoever has seen that the key is too new may save it and wait elsewhere.
            if not latest:
                raise
        self.endpoint = latest[-1].endpoint or self.endpoint
        return latest[-1]

    def _draft(self, model: str = "") -> "Draft":
        from tapster.app import Draft

        draft = Draft(options=dict(self.options))
        if self.endpoint is not None:
            draft.endpoint = self.endpoint
        if model:
            draft.model = model
        return draft

    def _choose_model(self) -> str:
        """Return the id of the model that was chosen, or nothing."""
        try:
            models = self.trial.do(self.trial.tapster.connections.models(self.slug))
        except TapsterError as error:
            note(f"The models cannot be listed: {one_line(error.message)}")
            models = ()
        choices = [Choice(model.id) for model in models]
        if choices:
            show_choices(choices[:_MOST_SHOWN])
        if len(choices) > _MOST_SHOWN:
            note(f"… and {len(choices) - _MOST_SHOWN:,} more: type a part of a name to see them.")
        return _ask_model(choices)

    def _save(self, model: str) -> "Connection":
        connections = self.real.tapster.connections
        while True:
            name = ask("Call it", default=self.slug)
            try:
                adding = connections.add(name, self.source.id, self._draft(model), self.key)
                return self.real.do(adding)
            except (InvalidInput, Conflict) as error:
                note(one_line(error.message))

    def _free_name(self) -> str:
        every = self.real.do(self.real.tapster.connections.all())
        taken = {each.slug for each in every if not each.ready_made}
        id_ = self.source.id
        names = (id_, *(f"{id_}-{number}" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name not in taken)


def _ask_model(choices: Sequence[Choice]) -> str:
    """Return the id of a model, which need not be among `choices`, or nothing for none."""
    question = "Model (number, id or a part of it; Enter for the first)"
    while True:
        answer = ask(question if choices else "Model id (Enter to choose later)")
        if not answer or not choices:
            return answer
        fits = matching(choices, answer)
        if len(fits) == 1:
            return fits[0].id
        if fits:
            note("\n".join(f"  {each.id}" for each in fits[:_MOST_SHOWN]))
            note(f"{len(fits):,} models fit: type more of the name.")
        elif confirm(
            f"{answer} is not in the list. Use it all the same?",
            otherwise=_SCRIPTS,
        ):
            return answer
