"""The Django project: settings, addresses, pages, the ASGI edge."""
