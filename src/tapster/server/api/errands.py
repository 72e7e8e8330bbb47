"""Errands: calls of a model that lives in a browser, carried out by an open page."""

from litestar import post
from litestar.params import FromPath, JSONBody

from tapster.core.errands import Claim, Decline, Heard, PageReport
from tapster.server.gate import ThisCaller, ThisTapster, own


@post("/api/errands/{errand_id:str}/claim", opt=own("errand"), status_code=200)
async def claim_errand(
    errand_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Claim]
) -> Heard:
    """Take an errand on: the first page that asks gets its `body`, what the model is asked."""
    return await tapster.errands.ask(caller.person.id, errand_id, data)


@post("/api/errands/{errand_id:str}/decline", opt=own("errand"), status_code=200)
async def decline_errand(
    errand_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Decline]
) -> Heard:
    """Say that this page cannot carry an errand out, and why."""
    return await tapster.errands.ask(caller.person.id, errand_id, data)


@post("/api/errands/{errand_id:str}/report", opt=own("errand"), status_code=200)
async def report_errand(
    errand_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[PageReport]
) -> Heard:
    """Say what the model said since, or that the page is still there. What was heard before and
    comes again is passed over.
    """
    return await tapster.errands.ask(caller.person.id, errand_id, data)


ROUTES = (claim_errand, decline_errand, report_errand)
