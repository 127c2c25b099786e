"""How the panels share the height of their column."""

from collections.abc import Sequence

from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import ArrangeResult, Layout, WidgetPlacement
from textual.widget import Widget

_FLOOR = 3
"""A heading and two lines: less than that shows nothing of use."""


def share(height: int, wants: Sequence[int], favourite: int = -1) -> list[int]:
    """Lines for each panel.

    Everyone gets what they want when it fits. Else everyone gets a floor, the favourite as much of what it wants as
    is left up to half of the height, and the rest is dealt line by line to those who still want.

    Args:
        height: Lines to share; the sum may be more when not even the floors fit.
        wants: Lines that each needs to show everything.
        favourite: Place of the panel in use; -1 for none.
    """
    got = [min(want, _FLOOR) for want in wants]
    left = height - sum(got)
    if 0 <= favourite < len(wants):
        extra = max(0, min(wants[favourite] - got[favourite], left, height // 2 - got[favourite]))
        got[favourite] += extra
        left -= extra
    while left > 0:
        hungry = [place for place, want in enumerate(wants) if got[place] < want]
        if not hungry:
            break
        least = min(got[place] for place in hungry)
        for place in [place for place in hungry if got[place] == least][:left]:
            got[place] += 1
            left -= 1
    return got


def spaced(height: int, heights: Sequence[int]) -> list[int]:
    """`heights` with a blank line after each open panel where `height` has room for all of them."""
    gaps = [1 if each > 1 else 0 for each in heights]
    room = height - sum(heights) >= sum(gaps)
    return [each + gap if room else each for each, gap in zip(heights, gaps, strict=True)]


class Shared(Layout):
    """Stacks panels that tell how high they want to be by `height_for(width)`; the first gets that in any case."""

    name = "shared"

    def arrange(self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True) -> ArrangeResult:  # noqa: FBT001, FBT002
        del greedy
        parent.pre_layout(self)
        first, *wants = [child.height_for(size.width) for child in children]  # type: ignore[attr-defined]
        favourite = next(
            (place for place, child in enumerate(children[1:]) if child.has_pseudo_class("focus-within")), -1
        )
        heights = spaced(size.height - first, share(size.height - first, wants, favourite))
        placements: list[WidgetPlacement] = []
        top = 0
        for child, height in zip(children, (first, *heights), strict=True):
            region = Region(0, top, size.width, height)
            placements.append(WidgetPlacement(region, NULL_OFFSET, NULL_SPACING, child))
            top += height
        return placements
