"""Backups that open, and that are tried: chapter 4's promise that nothing is lost."""
