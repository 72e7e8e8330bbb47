"""Answers: written beside another, anew, or on from where one ended; and words on the side."""

from litestar import post
from litestar.params import FromPath, JSONBody

from tapster.core.runs import Run
from tapster.server.api.wishes import Wished, wish_of
from tapster.server.gate import ThisCaller, ThisTapster, own


class Continued(Wished, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who goes on writing; `version` is the version of the message that was seen."""

    version: int | None = None


class Impersonated(Wished, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to bear in mind when the person's next message is written."""

    instruction: str = ""


class Asked(Wished, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A question about the chat that does not become a part of it."""

    prompt: str


@post("/api/messages/{message_id:str}/swipe", opt=own("message"), status_code=202)
async def swipe(
    message_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Wished | None] = None,
) -> Run:
    """Have another answer written beside this one."""
    return await tapster.runs.swipe(caller.person.id, message_id, wish=await wish_of(data, tapster))


@post("/api/messages/{message_id:str}/regenerate", opt=own("message"), status_code=202)
async def regenerate(
    message_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Wished | None] = None,
) -> Run:
    """Have a message answered, or an answer written anew; what there was stays a swipe away."""
    return await tapster.runs.regenerate(
        caller.person.id, message_id, wish=await wish_of(data, tapster)
    )


@post("/api/messages/{message_id:str}/continue", opt=own("message"), status_code=202)
async def continue_message(
    message_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Continued | None] = None,
) -> Run:
    """Have an answer go on where it ended."""
    asked = data or Continued()
    return await tapster.runs.continue_(
        caller.person.id, message_id, version=asked.version, wish=await wish_of(asked, tapster)
    )


@post("/api/chats/{chat_id:str}/impersonate", opt=own("chat"), status_code=202)
async def impersonate(
    chat_id: FromPath[str],
    caller: ThisCaller,
    tapster: ThisTapster,
    data: JSONBody[Impersonated | None] = None,
) -> Run:
    """Have the person's next message written; it is the run's `text`, not yet said."""
    asked = data or Impersonated()
    return await tapster.runs.impersonate(
        caller.person.id,
        chat_id,
        instruction=asked.instruction,
        wish=await wish_of(asked, tapster),
    )


@post("/api/chats/{chat_id:str}/quiet", opt=own("chat"), status_code=202)
async def ask_quietly(
    chat_id: FromPath[str], caller: ThisCaller, tapster: ThisTapster, data: JSONBody[Asked]
) -> Run:
    """Ask something about the chat that does not become a part of it."""
    return await tapster.runs.quiet(
        caller.person.id, chat_id, data.prompt, wish=await wish_of(data, tapster)
    )


ROUTES = (swipe, regenerate, continue_message, impersonate, ask_quietly)
