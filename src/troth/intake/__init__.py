"""What comes in from outside is parsed here once, and handed to its owners' verbs; no tables."""
