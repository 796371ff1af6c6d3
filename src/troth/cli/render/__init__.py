"""How findings and registers are printed: one module a format, each from values to a string."""
