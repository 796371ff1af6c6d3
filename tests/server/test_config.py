"""Configuration is parsed once: flags, then TROTH_*, then troth.toml; a mistake is named."""

from pathlib import Path

import pytest

from troth.site import config
from troth.site.config import Config, load
from troth.site.problem import CannotGoOnError


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def write(text: str, name: str = "troth.toml") -> Path:
    file = Path.cwd() / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(text)
    return file


def refusal(flags: dict[str, object] | None = None, **environment: str) -> str:
    with pytest.raises(CannotGoOnError) as caught:
        load(flags, environment)
    return str(caught.value)


def test_without_any_setting_the_defaults_hold() -> None:
    found = load({}, {})
    assert found == Config(data=Path.cwd() / "data", policy=config.bundled_policy())
    assert found.sqlite_file == Path.cwd() / "data" / "troth.db"
    assert not found.secure


def test_flags_win_over_the_environment_and_that_over_the_file() -> None:
    write('port = 1\nhost = "file"\nname = "From file"\n')
    found = load({"port": 3, "host": None}, {"TROTH_PORT": "2", "TROTH_HOST": "environment"})
    assert (found.port, found.host, found.name) == (3, "environment", "From file")


def test_the_file_of_the_data_folder_wins_over_that_of_the_current_folder() -> None:
    write("port = 1\n")
    write("port = 2\n", "data/troth.toml")
    assert load({}, {}).port == 2
    named = write("port = 3\n", "other.toml")
    assert load({"config": named}, {}).port == 3
    assert load({}, {"TROTH_CONFIG": str(named)}).port == 3


def test_paths_in_the_file_start_at_its_folder() -> None:
    file = write('data = "mine"\npolicy = "../policy"\n', "etc/troth.toml")
    found = load({"config": file}, {})
    assert found.data == file.parent / "mine"
    assert found.policy == file.parent / ".." / "policy"


def test_lists_and_secure_addresses_are_read() -> None:
    write('url = "https://privacy.example.com"\ntrusted_proxies = ["192.0.2.1"]\n')
    found = load({}, {"TROTH_TRUSTED_ORIGINS": "https://a.example.com,https://b.example.com"})
    assert found.secure
    assert found.trusted_proxies == ("192.0.2.1",)
    assert found.trusted_origins == ("https://a.example.com", "https://b.example.com")


def test_a_variable_of_somebody_else_is_left_alone() -> None:
    assert load({}, {"TROTH_CASES": "5", "PORT": "9"}).port == 8000


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("port = 1\nprot = 2\n", "troth.toml:2: there is no setting prot"),
        ("\n[server]\nport = 1\n", "troth.toml:2: there is no setting server"),
        ('port = "many"\n', "troth.toml:1: port cannot be 'many' (it takes a whole number)"),
        ('trusted_proxies = ["*"]\n', "a proxy is written 192.0.2.1 or 192.0.2.0/24"),
        ('trusted_proxies = ["::1", "192.0.2.1/24"]\n', "a proxy is written"),
        ("host = 5\n", "troth.toml:1: host cannot be '5'"),
        ("data = 5\n", "troth.toml:1: data cannot be '5'"),
        ("port = \n", "is not TOML"),
        ("port = 1\nport = 2\n", "is not TOML"),
        ('accent = "red"\n', "a colour is written #rrggbb"),
        ('url = "privacy.example.com"\n', "an address is written https://example.com"),
        ('trusted_origins = ["x"]\n', "an origin is written https://example.com"),
        ('log_format = "xml"\n', "log_format cannot be 'xml'"),
        ("threads = 0\n", "from 1 to 64"),
        ('name = ""\n', "from 1 to 100 characters"),
    ],
)
def test_a_mistake_in_the_file_is_named_with_its_line(text: str, said: str) -> None:
    write(text)
    assert said in refusal()


def test_a_mistake_in_a_flag_or_variable_is_named() -> None:
    assert "--port: port cannot be '65536'" in refusal({"port": 65_536})
    assert "TROTH_PORT: port cannot be 'x'" in refusal(TROTH_PORT="x")


def test_a_file_that_is_missing_binary_or_no_text_is_named() -> None:
    assert "There is no configuration file nowhere.toml" in refusal({"config": "nowhere.toml"})
    file = Path.cwd() / "troth.toml"
    file.write_bytes(b"\xff\xfe\x00")
    assert "cannot be read as a UTF-8 text file" in refusal()


def test_a_password_in_a_database_address_is_never_repeated() -> None:
    said = refusal({"database": "mysql://me:hush@192.0.2.1/x"})
    assert "--database: database cannot be that" in said
    assert "hush" not in said
