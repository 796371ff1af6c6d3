"""Changes between two versions on the command line: where they come from, how they are shown."""
