"""Read an answer as a browser would, to ask what stands in it."""

from html.parser import HTMLParser
from typing import Final

from django.http.response import HttpResponseBase

VOID: Final = frozenset("area base br col embed hr img input link meta source track wbr".split())


class Page(HTMLParser):
    """The elements of a page, each with its attributes, and the text a reader sees."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note an element."""
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Hold that elements are closed in order."""
        assert self.open.pop() == tag, f"</{tag}> closes nothing"

    def handle_data(self, data: str) -> None:
        """Gather the text."""
        self.text += data

    def ids(self) -> list[str]:
        """Return every id, in order."""
        return [attrs["id"] for _, attrs in self.elements if "id" in attrs]

    def all(self, tag: str, **wanted: str) -> list[dict[str, str]]:
        """Return the attributes of each such element; `class_` wants one class among others."""
        class_ = wanted.pop("class_", "")
        return [
            attrs
            for name, attrs in self.elements
            if name == tag
            and (not class_ or class_ in attrs.get("class", "").split())
            and all(attrs.get(key) == value for key, value in wanted.items())
        ]


def page_of(response: HttpResponseBase) -> Page:
    """Return the parsed page of an answer."""
    return Page(bytes(getattr(response, "content", b"")).decode())
