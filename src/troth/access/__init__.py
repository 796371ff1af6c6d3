"""Members and what they may do."""
