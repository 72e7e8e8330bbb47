"""Runs: looked at, followed, stopped."""

from typing import Any

from litestar import Request, get, post
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, FromQuery
from litestar.types import ASGIApp

from tapster.core.runs import Run
from tapster.server.gate import ThisCaller, ThisTapster, own
from tapster.server.run_stream import RunStream, last_seen


@get("/api/runs/{run_id:str}", opt=own("run"))
async def show_run(run_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Run:
    """Show a run as it is. What an impersonating or quiet one wrote is its `text`."""
    return await tapster.runs.get(caller.person.id, run_id)


@get(
    "/api/runs/{run_id:str}/events",
    opt=own("run"),
    responses={
        200: ResponseSpec(
            data_container=str,
            media_type="text/event-stream",
            description="Server-sent events: `id` is the event's number, `event` its type, "
            "`data` the event as JSON. After one of finished, stopped, failed and interrupted "
            "the stream ends.",
        )
    },
)
async def follow_run(
    run_id: FromPath[str],
    request: Request[Any, Any, Any],
    caller: ThisCaller,
    tapster: ThisTapster,
    after: FromQuery[int | None] = None,
) -> ASGIApp:
    """Follow a run: the events after number `after` (or `Last-Event-ID`), then live to its end."""
    seen = last_seen(request.headers.get("last-event-id"), after)
    await tapster.runs.get(caller.person.id, run_id)
    return RunStream(tapster, caller, run_id, after=seen, followers=request.app.state.followers)


@post("/api/runs/{run_id:str}/stop", opt=own("run"), status_code=200)
async def stop_run(run_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster) -> Run:
    """Stop a run; its text is kept."""
    return await tapster.runs.stop(caller.person.id, run_id)


ROUTES = (show_run, follow_run, stop_run)
