"""Every yes or no, decided from a rulebook and facts. Pure: no Django, no I/O, no clock."""
