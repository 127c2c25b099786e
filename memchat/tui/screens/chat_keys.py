"""The chat's keys, each with the id by which it can be remapped."""

from textual.binding import Binding, BindingType

CHAT_KEYS: list[BindingType] = [
    Binding("ctrl+s", "sessions", "Sessions", id="chat.sessions", priority=True),
    Binding("ctrl+b", "panels", "Panels", id="chat.panels", priority=True),
    Binding("f1", "help", "Help", id="chat.help", priority=True),
    Binding("escape", "back", "Stop", id="chat.stop", show=False),
    Binding("ctrl+n", "new", "New session", id="chat.new", priority=True),
    Binding("ctrl+f", "search", "Search", id="chat.search", priority=True),
    Binding("ctrl+o", "model", "Model", id="chat.model", priority=True),
    Binding("ctrl+shift+c", "copy_reply", "Copy the last reply", id="chat.copy", show=False, priority=True),
    Binding("f2", "panel('buffer')", "Buffer", id="chat.buffer", show=False, priority=True),
    Binding("f3", "panel('summary')", "Summary", id="chat.summary", show=False, priority=True),
    Binding("f4", "panel('profile')", "Profile", id="chat.profile", show=False, priority=True),
    Binding("f5", "panel('recalled')", "Recalled", id="chat.recalled", show=False, priority=True),
    Binding("f6", "memory", "Memory", id="chat.memory", show=False, priority=True),
    Binding("f7", "request", "The exact request", id="chat.request", show=False, priority=True),
    Binding("alt+k", "chip('keep')", "Keep what was learned", id="chip.keep", show=False, priority=True),
    Binding("alt+e", "chip('edit')", "Edit what was learned", id="chip.edit", show=False, priority=True),
    Binding("alt+d", "chip('drop')", "Drop what was learned", id="chip.drop", show=False, priority=True),
    Binding("alt+r", "review", "Review what waits", id="chip.review", show=False, priority=True),
    Binding("ctrl+up", "chip_focus", "To what was learned", id="chip.focus", show=False, priority=True),
    Binding("ctrl+end", "newest", "To the newest", id="chat.newest", show=False, priority=True),
    Binding("shift+pageup", "scroll('page_up')", "Scroll up", id="chat.page_up", show=False, priority=True),
    Binding("shift+pagedown", "scroll('page_down')", "Scroll down", id="chat.page_down", show=False, priority=True),
]
