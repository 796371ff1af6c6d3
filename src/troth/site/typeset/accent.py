"""The operator's accent colour, made readable on light and on dark paper."""

from typing import Final

LIGHT_PAPER: Final = "#f3f0e8"
DARK_PAPER: Final = "#20242a"
"""The darkest light and the lightest dark ground on which links stand."""
CONTRAST_MIN: Final = 4.5
"""WCAG 2.2, 1.4.3, for text of normal size."""
LINEAR_MAX: Final = 0.04045
"""Up to here sRGB is linear (IEC 61966-2-1)."""
STEPS: Final = 50

Rgb = tuple[int, int, int]


def stylesheet(accent: str) -> str:
    """Return CSS that sets `--accent` for both schemes; `accent` is `#rrggbb`."""
    light = readable(accent, LIGHT_PAPER, towards=(0, 0, 0))
    dark = readable(accent, DARK_PAPER, towards=(255, 255, 255))
    return (
        f":root{{--accent:{light}}}"
        f"@media (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}"
        "@media print{:root{--accent:#000}}\n"
    )


def readable(colour: str, paper: str, *, towards: Rgb) -> str:
    """Return `colour`, moved towards black or white until it can be read on `paper`."""
    start, ground = _rgb(colour), _rgb(paper)
    for step in range(STEPS + 1):
        share = step / STEPS
        mixed = tuple(round(a + (b - a) * share) for a, b in zip(start, towards, strict=True))
        if contrast((mixed[0], mixed[1], mixed[2]), ground) >= CONTRAST_MIN:
            return "#{:02x}{:02x}{:02x}".format(*mixed)
    return "#{:02x}{:02x}{:02x}".format(*towards)


def contrast(one: Rgb, other: Rgb) -> float:
    """Return the contrast ratio of two colours, 1 to 21 (WCAG 2.2, *contrast ratio*)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _luminance(colour: Rgb) -> float:
    """Return the relative luminance (WCAG 2.2, *relative luminance*)."""
    red, green, blue = (
        value / 12.92 if value <= LINEAR_MAX else ((value + 0.055) / 1.055) ** 2.4
        for value in (channel / 255 for channel in colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _rgb(colour: str) -> Rgb:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
