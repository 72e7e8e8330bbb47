"""Makes up JSON values that are valid for a schema."""

from typing import Any


def fabricate(schema: dict[str, Any], root: dict[str, Any] | None = None, depth: int = 0) -> Any:
    """Return the smallest plausible value valid for `schema` (JSON Schema or Google's)."""
    root = schema if root is None else root
    if "$ref" in schema and depth < 8:
        return fabricate(_resolve(schema["$ref"], root), root, depth + 1)
    for word in ("const", "default"):
        if word in schema:
            return schema[word]
    if schema.get("enum"):
        return schema["enum"][0]
    for word in ("anyOf", "oneOf", "any_of"):
        if schema.get(word):
            return fabricate(schema[word][0], root, depth + 1)
    if schema.get("allOf"):
        merged = {key: value for part in schema["allOf"] for key, value in part.items()}
        return fabricate(merged, root, depth + 1)
    return _of_type(schema, root, depth)


def _of_type(schema: dict[str, Any], root: dict[str, Any], depth: int) -> Any:
    kind = schema.get("type", "object" if "properties" in schema else "string")
    kind = next((one for one in kind if one != "null"), "null") if isinstance(kind, list) else kind
    match str(kind).lower():
        case "object":
            return _object(schema, root, depth)
        case "array":
            count = schema.get("minItems", 1 if depth < 4 else 0)
            return [fabricate(schema.get("items", {}), root, depth + 1) for _ in range(int(count))]
        case "integer":
            return int(schema.get("minimum", schema.get("exclusiveMinimum", 6) + 1))
        case "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1.5)
        case "boolean":
            return True
        case "null":
            return None
        case _:
            return "mock".ljust(int(schema.get("minLength", 0)), "k")[: schema.get("maxLength")]


def _object(schema: dict[str, Any], root: dict[str, Any], depth: int) -> dict[str, Any]:
    properties = schema.get("properties") or {}
    wanted = schema.get("required", [])
    names = [name for name in properties if name in wanted or depth < 3]
    return {name: fabricate(properties[name], root, depth + 1) for name in names}


def _resolve(reference: str, root: dict[str, Any]) -> dict[str, Any]:
    found: Any = root
    for step in reference.removeprefix("#").strip("/").split("/"):
        found = found[step] if step else found
    return found if isinstance(found, dict) else {}
