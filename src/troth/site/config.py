"""The configuration, parsed once: flags, then `TROTH_*`, then `troth.toml`, then defaults.

`troth.toml` is the file of `--config` (or `TROTH_CONFIG`), else the one in the data folder, else
the one in the current folder. Unknown keys are refused. Relative paths in it start at its folder.
"""

import os
import re
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Final, Literal

from msgspec import Struct, ValidationError, convert

import troth
from troth.people.id_tokens import Issuer, demand_clients, demand_telling
from troth.people.provider import Provider
from troth.policy.words import Message, mark
from troth.site.database import parse_url
from troth.site.outside import demand_usable_issuer, demand_usable_mail, demand_usable_provider
from troth.site.problem import CannotGoOnError
from troth.wire.smtp_server import SmtpServer, parse_sender, parse_server

LogFormat = Literal["json", "text"]

FILE_NAME: Final = "troth.toml"
FILE_LIMIT_BYTES: Final = 1_000_000
PREFIX: Final = "TROTH_"
DEFAULT: Final = "default"
ACCENT: Final = re.compile(r"#[0-9a-fA-F]{6}")
ORIGIN: Final = re.compile(r"https?://[A-Za-z0-9.\-\[\]:]+")
AGE_KEY: Final = re.compile(r"age1[02-9ac-hj-np-z]{58}")
LISTS: Final = frozenset(
    {
        *("backup_to", "operator_key_command", "people_oidc_clients"),
        *("trusted_origins", "trusted_proxies"),
    }
)
NUMBERS: Final[Mapping[str, tuple[range, str]]] = {
    "port": (range(65_536), "a port is a number from 0 to 65535"),
    "threads": (range(1, 65), "from 1 to 64"),
    "workers": (range(65), "from 0 to 64"),
    "generation_days": (range(1, 31), "from 1 to 30"),
}
PARSED: Final[Mapping[str, Callable[[Any], object]]] = {
    "database": parse_url,
    "mail_from": parse_sender,
    "people_oidc_claim": demand_telling,
    "people_oidc_clients": demand_clients,
    "smtp_url": parse_server,
}
"""What is read once more where it is used, and refused at once if it cannot be."""
NAME_LENGTHS: Final = range(1, 101)
PATHS: Final = frozenset(
    {
        *("data", "keys", "logo", "operator_key_file", "policy", "smtp_password_file"),
        "oidc_client_secret_file",
    }
)
SECRETS: Final = frozenset({"database", "oidc_client_secret", "smtp_password", "smtp_url"})
"""Settings that are or may hold a password: never shown."""


class Config(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Everything an operator may set; nothing else in Troth reads flags or the environment.

    `data` is the data folder and `policy` the policy folder. `database` is a `postgresql://` URL
    or "" for `troth.db` in the data folder. `url` is the public address (`https://…` turns on
    secure cookies and HSTS), `trusted_origins` further origins of the same server,
    `trusted_proxies` the addresses whose `X-Forwarded-*` headers are believed. `name`, `logo` (an
    image file) and `accent` (`#rrggbb`) are the operator's. `threads` serve pages, `workers`
    do jobs beside them (0: `troth worker` does). `keys` is the key folder; the operator's key that
    wraps it is in `operator_key_file`, or is what `operator_key_command` (an argument list)
    prints, or the variable `TROTH_OPERATOR_KEY`; a generation of keys lives `generation_days`.
    `backup_to` are the age public keys that open
    every backup. Mail goes out by `smtp_url`, with the password in it, in `smtp_password_file` or
    in the variable `TROTH_SMTP_PASSWORD`, from `mail_from`; without it mail waits. `oidc_issuer`
    and the settings after it are the provider members may sign in by (docs/sign-in.md),
    `people_oidc_issuer` and those after it the one an operator's users do (docs/keys.md).
    """

    data: Path
    policy: Path
    database: str = ""
    host: str = "127.0.0.1"
    port: int = 8000
    url: str = ""
    name: str = "Troth"
    logo: Path | None = None
    accent: str = "#23527c"
    trusted_origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    log_format: LogFormat = "json"
    threads: int = 8
    workers: int = 1
    generation_days: int = 7
    keys: Path | None = None
    operator_key_file: Path | None = None
    operator_key_command: tuple[str, ...] = ()
    backup_to: tuple[str, ...] = ()
    smtp_url: str = ""
    smtp_password: str = ""
    smtp_password_file: Path | None = None
    mail_from: str = ""
    oidc_issuer: str = ""
    oidc_client_id: str = ""
    oidc_client_secret: str = ""
    oidc_client_secret_file: Path | None = None
    oidc_private: Literal["no", "yes"] = "no"
    oidc_name: str = ""
    people_oidc_issuer: str = ""
    people_oidc_clients: tuple[str, ...] = ()
    people_oidc_private: Literal["no", "yes"] = "no"
    people_oidc_claim: str = "sub"

    def __repr__(self) -> str:
        shown = (
            f"{name}={'…' if name in SECRETS else getattr(self, name)!r}"
            for name in self.__struct_fields__
        )
        return f"Config({', '.join(shown)})"

    def smtp_server(self) -> SmtpServer | None:
        """Return the server mail goes out by, None where none is set; reads the password's file.

        Raises ValueError, OSError.
        """
        if not self.smtp_url:
            return None
        password, file = self.smtp_password, self.smtp_password_file
        if file is not None and not password:
            password = file.read_text(encoding="utf-8").strip()
        return parse_server(self.smtp_url, password)

    def provider(self) -> Provider | None:
        """Return the provider members may sign in by, None where none is set; reads its secret.

        Raises OSError.
        """
        if not self.oidc_issuer or not self.oidc_client_id:
            return None
        secret, file = self.oidc_client_secret, self.oidc_client_secret_file
        if file is not None and not secret:
            secret = file.read_text(encoding="utf-8").strip()
        return Provider(
            issuer=self.oidc_issuer,
            client_id=self.oidc_client_id,
            secret=secret,
            private=self.oidc_private == "yes",
            name=self.oidc_name or self.oidc_issuer.partition("//")[2].partition("/")[0],
        )

    def people_issuer(self) -> Issuer | None:
        """Return the provider an operator's users sign in by, None where none is set."""
        if not self.people_oidc_issuer:
            return None
        return Issuer(
            issuer=self.people_oidc_issuer,
            clients=frozenset(self.people_oidc_clients),
            private=self.people_oidc_private == "yes",
            claim=self.people_oidc_claim or "sub",
        )

    @property
    def key_folder(self) -> Path:
        """Where the key store is: `keys`, else a folder in the data folder."""
        return self.keys or self.data / "keys"

    @property
    def operator_key(self) -> Path:
        """The file of the operator's key, where it is in a file."""
        return self.operator_key_file or self.key_folder / "operator.key"

    @property
    def secure(self) -> bool:
        """Whether browsers reach this server by https."""
        return self.url.startswith("https://")

    @property
    def sqlite_file(self) -> Path:
        """The database file of the embedded default."""
        return self.data / "troth.db"


def bundled_policy() -> Path:
    """Return the default policy folder: inside the package, or beside `src` in a clone."""
    package = Path(troth.__file__).resolve().parent
    inside = package / "default_policy"
    return inside if inside.is_dir() else package.parents[1] / "policy"


def load(
    flags: Mapping[str, Any] | None = None, environment: Mapping[str, str] | None = None
) -> Config:
    """Parse the configuration; `flags` that are None count as not given.

    Raises `CannotGoOnError` naming the flag, variable or file and line that is wrong.
    """
    return _parse(_raw(flags or {}, os.environ if environment is None else environment))


def names_data(flags: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether a flag, a variable or troth.toml says which data are meant.

    A configuration file that is named means those of its server. Raises as `load`.
    """
    environment = os.environ if environment is None else environment
    if flags.get("config") is not None or "config" in _variables(environment):
        return True
    settings = _raw(flags, environment)
    return settings["data"][1] != DEFAULT or "database" in settings


def _raw(flags: Mapping[str, Any], environment: Mapping[str, str]) -> dict[str, tuple[Any, str]]:
    """Return each setting's raw value with its place: the flag, variable or file and line."""
    given = {k: v for k, v in flags.items() if v is not None}
    variables = _variables(environment)
    file = _find_file(given.pop("config", None) or variables.pop("config", None), given, variables)
    settings: dict[str, tuple[Any, str]] = {
        "data": (Path("data"), DEFAULT),
        "policy": (bundled_policy(), DEFAULT),
    }
    if file is not None:
        settings.update(_read_file(file))
    settings.update({k: (v, f"{PREFIX}{k.upper()}") for k, v in variables.items()})
    settings.update({k: (v, f"--{k.replace('_', '-')}") for k, v in given.items()})
    return settings


def _variables(environment: Mapping[str, str]) -> dict[str, Any]:
    """Return the `TROTH_*` variables that name a setting; others belong to somebody else."""
    known = {*Config.__struct_fields__, "config"}
    found: dict[str, Any] = {}
    for key, value in environment.items():
        name = key.removeprefix(PREFIX).lower()
        if key.startswith(PREFIX) and name in known and value:
            found[name] = value.split(",") if name in LISTS else value
    return found


def _find_file(named: Any, given: Mapping[str, Any], variables: Mapping[str, Any]) -> Path | None:
    if named is not None:
        file = Path(named)
        if not file.is_file():
            raise CannotGoOnError(
                Message(
                    mark("There is no configuration file %(file)s; name one that exists."),
                    {"file": file},
                )
            )
        return file
    data = Path(given.get("data") or variables.get("data") or "data")
    for folder in (data, Path()):
        if (folder / FILE_NAME).is_file():
            return folder / FILE_NAME
    return None


def _read_file(file: Path) -> dict[str, tuple[Any, str]]:
    """Return each setting of the file with its place, `file:line`."""
    text = _text_of(file)
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise CannotGoOnError(
            Message(
                mark("%(file)s is not TOML: %(error)s; mend that line."),
                {"file": file, "error": error},
            )
        ) from error
    settings: dict[str, tuple[Any, str]] = {}
    for key, value in values.items():
        place = f"{file}:{_line_of(key, text)}"
        if key not in Config.__struct_fields__:
            raise CannotGoOnError(
                Message(
                    mark("%(place)s: there is no setting %(key)s; the settings are %(known)s."),
                    {"place": place, "key": key, "known": ", ".join(Config.__struct_fields__)},
                )
            )
        relative = key in PATHS and isinstance(value, str)
        settings[key] = (file.parent / value if relative else value, place)
    return settings


def _text_of(file: Path) -> str:
    try:
        with file.open("rb") as source:
            return source.read(FILE_LIMIT_BYTES).decode()
    except (OSError, ValueError) as error:
        raise CannotGoOnError(
            Message(
                mark(
                    "%(file)s cannot be read as a UTF-8 text file (%(error)s); mend or remove it."
                ),
                {"file": file, "error": error},
            )
        ) from error


def _line_of(key: str, text: str) -> int:
    for number, line in enumerate(text.splitlines(), start=1):
        if re.match(rf"""\s*\[*\s*["']?{re.escape(key)}["']?\s*[.=\]]""", line):
            return number
    return 1


def _parse(settings: Mapping[str, tuple[Any, str]]) -> Config:
    """Make the Config of raw values and their places; a wrong value is named with its place."""
    for key, (value, place) in settings.items():
        try:
            _check_one(key, _convert_one(key, value))
        except (ValidationError, ValueError) as error:
            raise CannotGoOnError(
                Message(
                    mark("%(place)s: %(key)s cannot be %(value)s (%(error)s)."),
                    {"place": place, "key": key, "value": _harmless(key, value), "error": error},
                )
            ) from error
    parsed = {key: _convert_one(key, value) for key, (value, _) in settings.items()}
    for key in PATHS & parsed.keys():
        parsed[key] = parsed[key].absolute()
    config = Config(**parsed)
    places = {key: place for key, (_, place) in settings.items()}
    if config.smtp_url:
        demand_usable_mail(places["smtp_url"], config.mail_from, config.smtp_server)
    if config.oidc_issuer:
        known = config.oidc_client_id
        demand_usable_provider(places["oidc_issuer"], config.oidc_issuer, known, config.provider)
    members = (config.oidc_issuer, config.oidc_client_id)
    demand_usable_issuer(places, config.people_oidc_issuer, config.people_oidc_clients, members)
    return config


_TYPES: Final[Mapping[str, Any]] = {
    f: t for f, t in Config.__annotations__.items() if f not in PATHS
}


def _convert_one(key: str, value: Any) -> Any:
    if key in PATHS:
        if not isinstance(value, str | Path) or not str(value) or "\0" in str(value):
            raise ValueError("it takes a path")
        return Path(value).expanduser()
    try:
        return convert(value, _TYPES[key], strict=False)
    except ValidationError as error:
        if _TYPES[key] is int:
            raise ValueError("it takes a whole number") from error
        raise


def _check_one(key: str, value: Any) -> None:
    """Refuse what has the right type but no meaning."""
    if key in NUMBERS and value not in NUMBERS[key][0]:
        raise ValueError(NUMBERS[key][1])
    if key == "accent" and not ACCENT.fullmatch(value):
        raise ValueError("a colour is written #rrggbb")
    if key == "url" and value and not ORIGIN.fullmatch(value.rstrip("/")):
        raise ValueError("an address is written https://example.com")
    if key == "backup_to" and not all(AGE_KEY.fullmatch(k) for k in value):
        raise ValueError("a public key of age is written age1…, as `troth backup --new-identity`")
    if key == "trusted_origins" and not all(ORIGIN.fullmatch(o) for o in value):
        raise ValueError("an origin is written https://example.com")
    if key == "trusted_proxies":
        for network in value:
            _check_network(network)
    if key in PARSED and value:
        PARSED[key](value)
    if key == "name" and len(value) not in NAME_LENGTHS:
        raise ValueError("from 1 to 100 characters")


def _check_network(text: str) -> None:
    try:
        ip_network(text)
    except ValueError as error:
        raise ValueError("a proxy is written 192.0.2.1 or 192.0.2.0/24") from error


def _harmless(key: str, value: Any) -> str:
    """What may hold a password is never printed."""
    return "that" if key in SECRETS else repr(str(value))


_current: Config | None = None


def use(config: Config) -> None:
    """Make `config` the one the settings module reads; called once, before Django is set up."""
    global _current  # noqa: PLW0603 - Django's settings module takes no arguments
    _current = config


def current() -> Config:
    """Return the configuration in use, loading it from environment and file if none was set."""
    return load() if _current is None else _current
