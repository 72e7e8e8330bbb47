"""What an answer may be bound to: a grammar (GBNF) or a JSON schema, refused where it cannot bind.

llama.cpp passes over what is neither, and over a grammar of its second kind that is broken; the
answer would be free without a word.
"""

from typing import Any

from tapster.engine.answers import Document, refusal

_OTHER_KIND = "%llguidance"
_SCHEMA_ERROR = "JSON schema error at "


def refuse_binding(body: dict[str, Any]) -> Document | None:
    """Return the answer that refuses what `body` is to be bound to, if that cannot be."""
    grammar, schema = body.get("grammar"), body.get("json_schema")
    if grammar is not None and (
        not isinstance(grammar, str) or grammar.lstrip().startswith(_OTHER_KIND)
    ):
        return refusal(400, "`grammar` must be text in GBNF.", param="grammar")
    if schema is not None and not isinstance(schema, dict):
        return refusal(400, "`json_schema` must be an object.", param="json_schema")
    if grammar and schema is not None:
        return refusal(400, "Give `grammar` or `json_schema`, not both.", param="grammar")
    return None


def binding_error(message: str) -> Document | None:
    """Return the answer to llama.cpp's `message` where it is about a grammar or a schema."""
    if "failed to parse grammar" in message:
        return refusal(
            400,
            "The grammar is no valid GBNF: check that every rule it names is there, and one of "
            "them is `root`.",
            param="grammar",
        )
    if _SCHEMA_ERROR in message:
        words = message.partition(_SCHEMA_ERROR)[2]
        return refusal(400, f"The JSON schema cannot be followed, at {words}.", param="json_schema")
    return None
