"""Names of cookies as the register writes them: exact, or a prefix and `*`."""


def covers(pattern: str, name: str) -> bool:
    """Tell whether a declared name means a cookie's name, or every name another pattern means."""
    if pattern.endswith("*"):
        return name.startswith(pattern[:-1])
    return name == pattern


def overlap(one: str, other: str) -> bool:
    """Tell whether some name is meant by both."""
    if one.endswith("*") and other.endswith("*"):
        return one[:-1].startswith(other[:-1]) or other[:-1].startswith(one[:-1])
    return covers(one, other) or covers(other, one)
