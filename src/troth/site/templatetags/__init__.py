"""Tags the templates use."""
