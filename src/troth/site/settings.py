"""Django's settings, each derived from the one frozen `Config`."""

import hashlib
import importlib.util
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from troth.site import config as configuration
from troth.site.database import connection
from troth.site.secrets import peek_secret_key

CONFIG: Final = configuration.current()

PACKAGE: Final = Path(__file__).resolve().parent.parent
SITE: Final = PACKAGE / "site"
STATIC_HASH_DIGITS: Final = 12


def _static_hash(folder: Path) -> str:
    """Hash the static files, so that their address changes when one of them does."""
    digest = hashlib.sha256()
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            content = file.read_bytes()
            digest.update(f"{file.relative_to(folder)}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:STATIC_HASH_DIGITS]


def _immutable(_path: str, _url: str) -> bool:
    """Every static address holds the hash of its content."""
    return True


DEBUG = False
SECRET_KEY = peek_secret_key(CONFIG.data)
ORIGINS = [o.rstrip("/") for o in (CONFIG.url, *CONFIG.trusted_origins) if o]
ALLOWED_HOSTS = sorted(
    {"localhost", "127.0.0.1", "[::1]", *((urlsplit(o).hostname or "") for o in ORIGINS)}
    | ({CONFIG.host} if CONFIG.host not in {"0.0.0.0", "::", ""} else set())  # noqa: S104 - compared
)
CSRF_TRUSTED_ORIGINS = ORIGINS

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "troth.store",
    "troth.vault",
    "troth.ledger",
    "troth.versions",
    "troth.people",
    "troth.sites",
    "troth.consent",
    "troth.access",
    "troth.notices",
    "troth.collection",
    "troth.protection",
    *(["troth.evidence"] if importlib.util.find_spec("troth.evidence") else []),
    "troth.site",
]
AUTH_USER_MODEL = "people.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

MIDDLEWARE = [
    "troth.site.middleware.observe",
    "django.middleware.security.SecurityMiddleware",
    "troth.site.middleware.strict_headers",
    "troth.site.cross_origin.open_to_pages",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "troth.site.middleware.choose_language",
    "troth.site.middleware.tell_problems",
    "troth.site.pages.errors.not_allowed",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "troth.site.tampered.WithholdTampered",
]
ROOT_URLCONF = "troth.site.urls"
WSGI_APPLICATION = "troth.site.wsgi.application"
APPEND_SLASH = False

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [SITE / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "troth.site.context.operator",
            ],
        },
    }
]

TROTH_KEYS = CONFIG.key_folder
TROTH_OPERATOR_KEY_FILE = CONFIG.operator_key
TROTH_OPERATOR_KEY_COMMAND = CONFIG.operator_key_command
TROTH_GENERATION_DAYS = CONFIG.generation_days
TROTH_SMTP_SERVER = CONFIG.smtp_server
TROTH_PROVIDER = CONFIG.provider
TROTH_PEOPLE_ISSUER = CONFIG.people_issuer()
TROTH_MAIL_FROM = CONFIG.mail_from
TROTH_NAME = CONFIG.name
TROTH_URL = CONFIG.url.rstrip("/")

DATABASES = {"default": connection(CONFIG.database, CONFIG.sqlite_file)}

LANGUAGE_CODE = "en"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "troth-lang"
LOCALE_PATHS = sorted(PACKAGE.glob("*/locale"))
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_ROOT = SITE / "static"
STATIC_URL = f"/static/{_static_hash(STATIC_ROOT)}/"
WHITENOISE_AUTOREFRESH = False
WHITENOISE_IMMUTABLE_FILE_TEST = _immutable
WHITENOISE_ALLOW_ALL_ORIGINS = False

AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "troth.people.passwords.MaximumLengthValidator"},
]
LOGIN_URL = "/console/sign-in"
LOGIN_REDIRECT_URL = "/console/"

HOST_PREFIX = "__Host-" if CONFIG.secure else ""  # browsers take the prefix with Secure only
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = f"{HOST_PREFIX}troth-console"
SESSION_COOKIE_AGE = 12 * 60 * 60
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CONFIG.secure
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = f"{HOST_PREFIX}troth-csrf"
CSRF_COOKIE_AGE = None
CSRF_COOKIE_SECURE = CONFIG.secure
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "troth.site.pages.errors.forged"

SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if CONFIG.secure else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"

DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000_000  # the edge holds all but batches to less
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
FILE_UPLOAD_HANDLERS: list[str] = []

LOGGING_CONFIG = None
"""Logs are set up by `troth.site.logs`: structured, and without personal data."""
