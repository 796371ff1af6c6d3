"""From a `--database` URL to Django's connection settings; passwords never leave this module."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

SQLITE_PRAGMAS: Final = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;"
    "PRAGMA recursive_triggers=ON;PRAGMA cache_size=-8000;"
)
"""With 8 MB of pages a connection instead of 2: what is read often is not fetched anew, and what a
transaction writes to is still there."""
SQLITE_BUSY_SECONDS: Final = 5
CONNECT_SECONDS: Final = 5
SCHEMES: Final = frozenset({"postgresql", "postgres"})
PARAMETERS: Final = frozenset(
    [
        "application_name",
        "channel_binding",
        "connect_timeout",
        "dbname",
        "gssencmode",
        "host",
        "keepalives",
        "options",
        "passfile",
        "password",
        "port",
        "require_auth",
        "service",
        "sslcert",
        "sslcrl",
        "sslkey",
        "sslmode",
        "sslrootcert",
        "target_session_attrs",
        "user",
    ]
)
"""What libpq knows and we let through (PostgreSQL manual 32.1.2)."""


class PostgresUrl(Struct, frozen=True):
    """A parsed `postgresql://` URL; `host` may be a folder (a unix socket)."""

    name: str
    user: str
    password: str
    host: str
    port: str
    options: Mapping[str, str]

    def __repr__(self) -> str:
        return f"PostgresUrl(name={self.name!r}, user={self.user!r}, host={self.host!r})"

    def shown(self) -> str:
        """Return the address without its password, for messages."""
        port = f":{self.port}" if self.port else ""
        return f"{self.user or '(you)'}@{self.host or 'localhost'}{port}/{self.name}"


def parse_url(url: str) -> PostgresUrl | None:
    """Parse a libpq connection URI (PostgreSQL manual 32.1.1.2); None for "" (SQLite).

    Raises ValueError with a reason that never holds the URL, as that may hold a password.
    """
    if not url:
        return None
    scheme, rest, _ = url.partition("://")
    if scheme not in SCHEMES or not rest:
        raise ValueError("a database is written postgresql://user:password@host:5432/name")
    try:
        parts = urlsplit(url)
        port = "" if parts.port is None else str(parts.port)
    except ValueError:
        raise ValueError(
            "the host or port cannot be read; write special characters of a password as %XX"
        ) from None
    query = dict(parse_qsl(parts.query, keep_blank_values=True, strict_parsing=bool(parts.query)))
    unknown = sorted(query.keys() - PARAMETERS)
    if unknown:
        raise ValueError(f"there is no connection option {unknown[0]}")
    if parts.fragment:
        raise ValueError("a # in a password is written %23")
    name = query.pop("dbname", "") or unquote(parts.path.removeprefix("/"))
    if not name:
        raise ValueError("the database's name is missing after the host, as in /troth")
    return PostgresUrl(
        name=name,
        user=query.pop("user", "") or unquote(parts.username or ""),
        password=query.pop("password", "") or unquote(parts.password or ""),
        host=query.pop("host", "") or unquote(parts.hostname or ""),
        port=query.pop("port", "") or port,
        options=query,
    )


PREPARED: Final = {"server_side_binding": True, "prepare_threshold": 2}
"""What is asked again is planned once a connection: to plan one of our queries takes longer than to
answer it (psycopg's prepared statements; they need a session of their own, as some locks do)."""


def connection(url: str, sqlite_file: Path) -> dict[str, Any]:
    """Return the Django `DATABASES` entry; connections persist, as threads are few."""
    parsed = parse_url(url)
    if parsed is None:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": str(sqlite_file),
            "CONN_MAX_AGE": None,
            "OPTIONS": {
                "timeout": SQLITE_BUSY_SECONDS,
                "transaction_mode": "IMMEDIATE",
                "init_command": SQLITE_PRAGMAS,
            },
        }
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parsed.name,
        "USER": parsed.user,
        "PASSWORD": parsed.password,
        "HOST": parsed.host,
        "PORT": parsed.port,
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": CONNECT_SECONDS, **PREPARED, **parsed.options},
    }
