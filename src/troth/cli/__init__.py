"""The `troth` command, thin: parse, call, print."""
