"""Structured logs on standard error, without addresses, queries or anything personal."""

import logging
import re
import sys
from typing import Final

import structlog
from structlog.typing import EventDict

from troth.site.config import LogFormat

QUIET: Final = {
    "django.request": logging.ERROR,
    "uvicorn.error": logging.WARNING,
    "django.security.DisallowedHost": logging.CRITICAL,  # anybody may send a strange Host
}
"""Their lower levels repeat the request line, paths included, which may hold a secret."""

OWNER_LINK: Final = re.compile(r"(/console/owner/)[^/\s?\"']+")


def redact(_logger: object, _name: str, event: EventDict) -> EventDict:
    """Take the first owner's token out of whatever is logged: a failure repeats the path."""
    return {
        key: OWNER_LINK.sub(r"\1…", value) if isinstance(value, str) else value
        for key, value in event.items()
    }


def configure(log_format: LogFormat) -> None:
    """Send our own and the libraries' logs through one formatter."""
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.types.Processor = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if log_format == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                redact,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.INFO)
    for name, level in QUIET.items():
        logging.getLogger(name).setLevel(level)
