"""Draws what is near the view of a conversation, and lets rest what is far from it."""

from asyncio import gather
from typing import TYPE_CHECKING

from memchat.tui.widgets.part import Part

if TYPE_CHECKING:
    from memchat.tui.widgets.message import MessageView
    from memchat.tui.widgets.transcript import Transcript

_NEAR = 0.6
"""Parts within so many heights of the view are drawn as Markdown."""
_AT_ONCE = 2
"""So many parts that are near, but not in view, are drawn before it is looked again which are."""
_FAR = 1.0
"""Parts further than so many heights of the view rest."""
_WITHIN = 1.5
"""Messages within so many heights of the view are there with all their widgets."""
_BEYOND = 2.5
"""Messages further than so many heights of the view rest as a whole."""


async def tended(transcript: "Transcript") -> bool:
    """Does some of the work; true when there is more of it."""
    height = max(1, transcript.size.height)
    top = transcript.scroll_y if not transcript.at_end else transcript.max_scroll_y

    def distance(y: int, tall: int) -> float:
        return max(top - (y + tall), y - (top + height), 0) / height

    waking: list[MessageView] = []
    resting: list[MessageView | Part] = []
    near: list[tuple[float, Part]] = []
    selecting = bool(transcript.screen.selections)
    waiting = False
    for view in transcript.views:
        place = view.virtual_region
        away = distance(place.y, place.height)
        if view.resting:
            waking += [view] if away <= _WITHIN else []
            continue
        if away > _BEYOND and not selecting:
            resting.append(view)
            continue
        for part in view.parts:
            if not part.size.height and part.source:
                waiting = True  # for its place in the layout
                continue
            far = distance(place.y + part.virtual_region.y, part.size.height)
            if far <= _NEAR and not part.awake:
                near.append((far, part))
            elif far > _FAR and part.awake and not selecting:
                resting.append(part)
    for each in resting:
        await each.rest()
    await gather(*(view.wake() for view in waking))
    near.sort(key=lambda pair: pair[0])
    in_view = [part for far, part in near if not far]
    await gather(*(part.wake() for part in in_view or [part for _, part in near[:_AT_ONCE]]))
    return bool(near or waiting or waking)
