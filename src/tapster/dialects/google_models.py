"""The model lists of Google's APIs: Gemini, Vertex AI publishers, and PaLM before them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from tapster.core.errors import Reason, SourceError
from tapster.core.models import Model, ModelPage
from tapster.dialects.json_values import count_in, objects_in, read_json, text_in

_READABLE = ("description", "version", "temperature", "maxTemperature", "topP", "topK")


def read_google_models(body: bytes, *, methods: frozenset[str]) -> ModelPage:
    """Return the models of one page that answer to one of `methods`.

    The next page is asked for with the query text `pageToken=…`. Raises `SourceError` if
    `body` is no such list.
    """
    answer = read_json(body)
    # Google leaves empty lists out: an object without any `models` is a list of none.
    if not isinstance(answer, dict) or "error" in answer or (answer and not _rows(answer)):
        raise SourceError(
            Reason.NOT_AN_API,
            "The address answered, but not with a list of Google models. Check the endpoint: it "
            "ends in the API version, such as /v1beta.",
        )
    models = tuple(_model_of(row) for row in objects_in(_rows(answer)) if _answers(row, methods))
    token = answer.get("nextPageToken")
    return ModelPage(
        models=models, next=f"pageToken={quote(str(token), safe='')}" if token else None
    )


def _rows(answer: Mapping[str, Any]) -> list[Any]:
    for name in ("models", "publisherModels", "tunedModels"):
        if isinstance(rows := answer.get(name), list):
            return rows
    return []


def _answers(row: Mapping[str, Any], methods: frozenset[str]) -> bool:
    if not isinstance(row.get("name"), str):
        return False
    known = row.get("supportedGenerationMethods")
    return not isinstance(known, list) or not methods.isdisjoint(map(str, known))


def _model_of(row: Mapping[str, Any]) -> Model:
    name = str(row["name"])
    return Model(
        id=name if name.startswith("tunedModels/") else name.rsplit("/", 1)[-1],
        title=text_in(row.get("displayName")),
        vendor="google",
        context=count_in(row.get("inputTokenLimit")) or None,
        max_output=count_in(row.get("outputTokenLimit")) or None,
        reasoning=row["thinking"] if isinstance(row.get("thinking"), bool) else None,
        extra={key: row[key] for key in _READABLE if key in row},
    )
