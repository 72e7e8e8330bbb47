"""Models on servers of one's own: how each stands, and having them loaded or downloaded."""

from typing import Any

from litestar import get, post
from litestar.params import FromPath, JSONBody
from msgspec import Struct, field

from tapster.core.model_jobs import Deed, ModelJob, ServedModel
from tapster.server.gate import ThisTapster, house


class JobWanted(Struct, frozen=True, forbid_unknown_fields=True):
    """What to do with which model. `options` are those of a load, as its source lists them."""

    deed: Deed
    model: str
    options: dict[str, Any] = field(default_factory=dict)


@get("/api/connections/{connection_id:str}/served-models", opt=house("connection", admins=True))
async def list_served_models(
    connection_id: FromPath[str], tapster: ThisTapster
) -> list[ServedModel]:
    """Ask the server which models it has, and how each stands there."""
    connection = await tapster.connections.pick(connection_id)
    return list(await tapster.model_jobs.models(connection.slug))


@get("/api/connections/{connection_id:str}/model-jobs", opt=house("connection", admins=True))
async def list_model_jobs(connection_id: FromPath[str], tapster: ThisTapster) -> list[ModelJob]:
    """List what the server is doing with its models, and what has ended lately."""
    connection = await tapster.connections.pick(connection_id)
    return list(tapster.model_jobs.of(connection))


@post(
    "/api/connections/{connection_id:str}/model-jobs",
    opt=house("connection", admins=True),
    status_code=202,
)
async def start_model_job(
    connection_id: FromPath[str], tapster: ThisTapster, data: JSONBody[JobWanted]
) -> ModelJob:
    """Have the server load, unload or download a model; how far it is comes with `/api/live`."""
    connection = await tapster.connections.pick(connection_id)
    return await tapster.model_jobs.start(connection.slug, data.deed, data.model, data.options)


@post(
    "/api/connections/{connection_id:str}/model-jobs/{job_id:str}/stop",
    opt=house("connection", admins=True),
    status_code=200,
)
async def stop_model_job(
    connection_id: FromPath[str], job_id: FromPath[str], tapster: ThisTapster
) -> ModelJob:
    """Stop it, where the server can be stopped; else it is not watched any longer."""
    connection = await tapster.connections.pick(connection_id)
    return await tapster.model_jobs.stop(job_id, of=connection)


ROUTES = (list_served_models, list_model_jobs, start_model_job, stop_model_job)
