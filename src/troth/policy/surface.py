"""What a running server really collects: its forms, cookies and events, to hold to the register."""

from msgspec import Struct


class FormField(Struct, frozen=True):
    """One input of a form, the `category.field` it collects, and whether it must be filled."""

    name: str
    collects: str
    required: bool


class Form(Struct, frozen=True):
    """A form the server shows, the purpose it collects for, and its inputs."""

    name: str
    purpose: str
    fields: tuple[FormField, ...]


class SetCookie(Struct, frozen=True):
    """A cookie the server sets: its name and its longest life (0 = the browser session)."""

    name: str
    lifetime_days: int


class Surface(Struct, frozen=True):
    """Everything by which data can enter the running server."""

    forms: tuple[Form, ...] = ()
    cookies: tuple[SetCookie, ...] = ()
    events: tuple[str, ...] = ()
