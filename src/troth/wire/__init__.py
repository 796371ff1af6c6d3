"""Every connection outward: HTTP. Decides nothing."""
