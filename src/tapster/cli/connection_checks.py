"""`tapster connections check`: how an endpoint stands, in a sentence and an exit code."""

from typing import Annotated, Any

import typer

from tapster.cli._connections_shown import Json, Name
from tapster.cli._servers_shown import described
from tapster.cli._tables import show_json
from tapster.cli._terminal import note, one_line, opened, run
from tapster.core.checks import Check, State, Tried


def check_connection(
    context: typer.Context,
    name: Name,
    *,
    wait: Annotated[
        bool, typer.Option("--wait", help="While the key is too new, check again until it works.")
    ] = False,
    message: Annotated[
        bool, typer.Option("--message", help="Also send a test message to the model.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Ask the endpoint how it stands; exit code 1 unless it is ready (or bypassed)."""

    async def work() -> int:
        async with opened(context) as tapster:
            if wait:
                async for check in tapster.connections.check_until_active(name):
                    if check.state is State.KEY_NOT_ACTIVE_YET:
                        note(check.message)
            else:
                check = await tapster.connections.check(name)
            trial = await tapster.connections.try_out(name) if message and _good(check) else None
            connection = await tapster.connections.find(name)
        check = _without_keys(check)
        if as_json:
            show_json({**_check_fields(check), **({"test": trial} if trial else {})})
        else:
            print(f"{_mark(check)} {one_line(check.message)}")
            for line in described(check.server) if check.server else ():
                print(f"    {line}")
            if check.server and check.server.source != connection.source:
                print(
                    f"    take it for that: tapster connections edit {connection.slug} "
                    f"--source {check.server.source}"
                )
            for each in check.tried if len(check.tried) > 1 else ():
                print(f"    tried {one_line(each.url)}: {_outcome(each, check)}")
            if trial:
                model = one_line(trial.model or "the model")
                print(f"    {model} said in {trial.latency} ms: {one_line(trial.first_words)}")
        return 0 if _good(check) else 1

    if code := run(work()):
        raise typer.Exit(code)


def _without_keys(check: Check) -> Check:
    """Return `check` with no key in the query of any address it names."""
    from msgspec.structs import replace

    from tapster.core.redaction import redact_shapes

    return replace(
        check,
        message=redact_shapes(check.message),
        tried=tuple(replace(each, url=redact_shapes(each.url)) for each in check.tried),
        endpoint=redact_shapes(check.endpoint or "") or None,
    )


def _good(check: Check) -> bool:
    return check.state in {State.READY, State.BYPASSED, State.UNVERIFIED, State.IN_PAGE}


def _outcome(tried: Tried, check: Check) -> str:
    """Return what an address said, in short where the check's own sentence says it in full."""
    if tried.outcome and tried.outcome in check.message:
        return f"the same, status {tried.status}" if tried.status else "the same"
    return one_line(tried.outcome)


def _mark(check: Check) -> str:
    return "✓" if check.state is State.READY else "•" if _good(check) else "✗"


def _check_fields(check: Check) -> dict[str, Any]:
    return {
        "state": check.state,
        "message": check.message,
        "latency": check.latency,
        "models": check.models,
        "tried": check.tried,
        "endpoint": check.endpoint,
        "words": check.words,
        "status": check.status,
        "server": check.server,
    }
