"""A sentence of ours in the reader's language."""

from django import template
from django.utils.translation import gettext

from troth.policy.words import Message

register = template.Library()


@register.filter
def said(message: Message) -> str:
    """Return a message in the reader's language."""
    return message.render(gettext)
