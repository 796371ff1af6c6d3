"""The policy document: read, check, compare, compile. Pure: no Django, no I/O, no clock."""
