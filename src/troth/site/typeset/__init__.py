"""From a policy version to what pages show: typed, escaped, ready for a template."""
