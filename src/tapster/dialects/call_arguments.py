"""A tool call's arguments, for formats that take an object where the model wrote text."""

from typing import Any

from tapster.core.messages import ToolCall
from tapster.dialects.json_values import read_json
from tapster.dialects.notices import Notices


def arguments_of(call: ToolCall, notices: Notices) -> dict[str, Any]:
    """Return the arguments of `call`; what is no JSON object becomes the one field of one."""
    if not call.arguments.strip():
        return {}
    arguments = read_json(call.arguments)
    if isinstance(arguments, dict):
        return arguments
    notices.tell(
        f"The arguments of a call of “{call.name}” were sent as its “input”: they are no JSON "
        f"object, and {notices.to} takes nothing else."
    )
    return {"input": call.arguments}
