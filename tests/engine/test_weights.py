import hashlib

import pytest

from tapster.core.errors import Conflict, EngineError, InvalidInput
from tapster.engine import add_model, fetch_model, find_models
from tapster.engine.gguf import read_header
from tapster.engine.package import LOCK, SHA256, check_hash, install_command

NOISE = b"".join(hashlib.sha256(bytes([number])).digest() for number in range(128))


@pytest.fixture
def models(tmp_path):
    return tmp_path / "models"


def roomy():
    return 1 << 40


def test_the_packaged_model_describes_itself(real_model):
    header = read_header(real_model.path)

    assert real_model.architecture == "llama"
    assert real_model.context == 8192
    assert real_model.context_cost == 30 * 3 * (64 + 64) * 2
    assert header.complete == real_model.size
    check_hash(real_model)


def test_an_added_file_is_found_under_its_own_name(gguf, models):
    added = add_model(gguf("My Model.Q4.gguf"), models, free=roomy)

    assert added.id == "My-Model.Q4"
    assert added.context == 256
    assert added.path == models / "My-Model.Q4.gguf"
    assert added in find_models(models)


def test_a_file_may_be_given_another_name(gguf, models):
    assert add_model(gguf(), models, name="mine", free=roomy).path.name == "mine.gguf"


@pytest.mark.parametrize("name", ["made", "MADE", "smollm2-135m-instruct"])
def test_a_taken_name_is_refused(real_model, gguf, models, name):
    add_model(gguf(), models, free=roomy)

    with pytest.raises(Conflict, match="choose another name"):
        add_model(gguf(), models, name=name, free=roomy)


def test_a_name_cannot_lead_out_of_the_folder(gguf, models):
    added = add_model(gguf(), models, name="../../etc/x", free=roomy)

    assert added.path.parent == models


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no GGUF"),
        (b"GGUF", "middle of its header"),
        (b"just some text, not a model", "no GGUF"),
        (NOISE, "no GGUF"),
        (b"GGUF" + NOISE, "version"),
        (b"GGUF\x03\0\0\0" + b"\xff" * 64, "damaged"),
        (b"GGUF\x00\x00\x00\x03" + bytes(64), "version"),
        (b"GGJT" + bytes(4096), "no GGUF"),
    ],
)
def test_what_is_no_model_file_is_refused_and_nothing_is_left(tmp_path, models, content, words):
    path = tmp_path / "bad.gguf"
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=words) as caught:
        add_model(path, models, free=roomy)

    assert caught.value.field == "path"
    assert not models.exists()


@pytest.mark.parametrize("share", [0.001, 0.01, 0.5, 0.9999])
def test_a_truncated_real_file_is_refused(real_model, tmp_path, models, share):
    path = tmp_path / "cut.gguf"
    path.write_bytes(real_model.path.read_bytes()[: int(real_model.size * share)])

    with pytest.raises(InvalidInput, match=r"missing at its end|middle of its header"):
        add_model(path, models, free=roomy)


@pytest.mark.parametrize(
    ("entries", "words"),
    [
        ({"general.architecture": "nomic-bert"}, "no chat model"),
        ({"llama.pooling_type": 3}, "no chat model"),
        ({"general.architecture": "clip"}, "no chat model"),
        ({"general.type": "adapter"}, "part of a model"),
        ({"split.count": 3}, "one of 3 parts"),
        ({"llama.context_length": None}, "how long its context"),
        ({"llama.block_count": None}, "dimensions"),
        ({"general.architecture": None}, "which kind"),
    ],
)
def test_a_model_that_cannot_chat_is_refused(gguf, models, entries, words):
    with pytest.raises(InvalidInput, match=words):
        add_model(gguf(**entries), models, free=roomy)


def test_a_model_larger_than_the_free_memory_is_refused(gguf, models):
    with pytest.raises(InvalidInput, match=r"0\.1 GB are free"):
        add_model(gguf(), models, free=lambda: 100_000_000)

    assert not models.exists()


def test_a_folder_and_a_missing_file_are_refused(tmp_path, models):
    with pytest.raises(InvalidInput, match="is a folder"):
        add_model(tmp_path, models, free=roomy)
    with pytest.raises(InvalidInput, match="There is no file"):
        add_model(tmp_path / "no.gguf", models, free=roomy)


def test_bad_files_in_the_folder_are_passed_over(real_model, gguf, models):
    gguf("good.gguf", folder=models)
    gguf("cut.gguf", folder=models, cut=1)
    (models / "note.gguf").write_text("hello")

    assert [found.id for found in find_models(models)] == [real_model.id, "good"]


def test_the_lock_names_hashes_and_no_address():
    lock = LOCK.read_text()

    assert "--hash=sha256:" in lock
    assert "://" not in lock


def test_fetching_installs_the_locked_package_alone(real_model, models):
    commands = []

    fetched = fetch_model(models, in_environment=True, run=commands.append)

    assert fetched == real_model
    assert {"--no-deps", "--require-hashes", str(LOCK)} <= set(commands[0])


def test_fetching_can_go_below_the_models_folder(models):
    command = install_command(models / "package")

    assert command[command.index("--target") + 1] == str(models / "package")


def test_a_failed_fetch_and_a_foreign_file_are_errors(real_model, models):
    with pytest.raises(EngineError, match=r"no route to host.*tapster models add"):
        fetch_model(models, run=lambda _: "no route to host")
    with pytest.raises(EngineError, match="not the one it should be"):
        fetch_model(models, run=lambda _: None, sha256=SHA256[::-1])
