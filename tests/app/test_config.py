"""Where a setting's value comes from, and what is said of a bad one."""

import pytest

from tapster.app import read_config
from tapster.app.config import SETTINGS, Config
from tapster.core.errors import InvalidInput


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "config"


@pytest.fixture
def written(folder):
    def write(text):
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(text)
        return {"TAPSTER_CONFIG_DIR": str(folder)}

    return write


def test_the_default_is_taken_where_nothing_is_set(folder):
    config = read_config({"TAPSTER_CONFIG_DIR": str(folder)})

    assert (config.host, config.port, config.workers) == ("127.0.0.1", 8277, 1)
    assert config.config_dir == folder
    assert not config.network_mode


def test_the_command_line_comes_before_the_environment_before_the_file(written):
    environment = written('port = 1001\nhost = "::1"\nlog_level = "debug"')

    config = read_config(environment | {"TAPSTER_PORT": "1002", "TAPSTER_HOST": ""}, {"port": 1003})
    without = read_config(environment | {"TAPSTER_PORT": "1002"}, {"port": None})

    assert config.port == 1003
    assert without.port == 1002
    assert config.host == "::1"
    assert config.log_level == "debug"


def test_the_folder_of_the_file_itself_may_be_given_on_the_command_line(written, folder):
    written("port = 1001")

    assert read_config({}, {"config_dir": str(folder)}).port == 1001


def test_folders_are_made_absolute_and_the_home_is_understood(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))

    config = read_config({"TAPSTER_CONFIG_DIR": "~/here", "TAPSTER_DATA_DIR": "there"})

    assert config.config_dir == tmp_path / "here"
    assert config.data_dir.is_absolute()
    assert config.models_dir == config.data_dir / "models"


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("port", "eighty", "port"),
        ("port", "70000", "65535"),
        ("port", "-1", "a number from 0 to 65535"),
        ("workers", "0", "a number from 1 to 256"),
        ("model_idle", "-5", "a number from 0 upwards"),
        ("workers", "2.5", "workers"),
        ("log_level", "loud", "log_level"),
        ("log_format", "xml", "log_format"),
        ("vault_key", "cloud", "vault_key"),
        ("model_idle", "soon", "model_idle"),
    ],
)
def test_a_bad_value_names_the_setting_and_where_it_came_from(folder, name, value, said):
    environment = {"TAPSTER_CONFIG_DIR": str(folder), f"TAPSTER_{name.upper()}": value}

    with pytest.raises(InvalidInput, match=said) as refused:
        read_config(environment)

    assert refused.value.field == name
    assert "the environment" in refused.value.message


def test_a_bad_value_of_the_file_names_the_file(written, folder):
    with pytest.raises(InvalidInput, match="log_level") as refused:
        read_config(written('log_level = "loud"'))

    assert str(folder / "config.toml") in refused.value.message


def test_a_bad_value_of_the_command_line_says_so(folder):
    with pytest.raises(InvalidInput, match="the command line"):
        read_config({}, {"config_dir": folder, "port": "x"})


def test_an_unknown_name_in_the_file_is_refused_with_the_nearest(written):
    with pytest.raises(InvalidInput, match="Did you mean port"):
        read_config(written("prot = 1"))


def test_a_file_that_is_no_toml_names_itself(written, folder):
    with pytest.raises(InvalidInput) as refused:
        read_config(written("port = = 1"))

    assert str(folder / "config.toml") in refused.value.message


def test_a_passphrase_is_never_shown(folder):
    config = read_config(
        {"TAPSTER_CONFIG_DIR": str(folder), "TAPSTER_VAULT_PASSPHRASE": "CANARY-passphrase"}
    )

    assert config.vault_passphrase is not None
    assert config.vault_passphrase.reveal() == "CANARY-passphrase"
    assert "CANARY" not in repr(config)


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("127.0.0.1", False),
        ("127.8.8.8", False),
        ("::1", False),
        ("localhost", False),
        ("0.0.0.0", True),
        ("::", True),
        ("192.168.1.2", True),
        ("my-computer", True),
    ],
)
def test_network_mode_is_every_host_but_loopback(tmp_path, host, network):
    config = Config(data_dir=tmp_path, config_dir=tmp_path, host=host)

    assert config.network_mode is network


def test_lists_are_written_with_commas_or_as_lists(written):
    config = read_config(
        written('allowed_hosts = ["a", "b"]') | {"TAPSTER_ALLOWED_TARGETS": " 10.0.0.0/8, nas ,"}
    )

    assert config.allowed_hosts == ("a", "b")
    assert config.allowed_targets == ("10.0.0.0/8", "nas")


def test_the_database_is_a_file_unless_one_is_named(tmp_path):
    config = Config(data_dir=tmp_path, config_dir=tmp_path)
    named = Config(data_dir=tmp_path, config_dir=tmp_path, database_url="postgresql://h/d")

    assert config.database.endswith(f"{tmp_path}/tapster.db")
    assert named.database == "postgresql://h/d"


def test_every_setting_is_described():
    assert [setting.name for setting in SETTINGS] == list(Config.__struct_fields__)
