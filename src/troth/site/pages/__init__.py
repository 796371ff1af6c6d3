"""Views of the HTML pages: each parses, calls, renders."""
