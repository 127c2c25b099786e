"""The system's clipboard, beside the terminal's own (OSC 52), which never says whether it worked."""


def copy_to_system(text: str) -> str:
    """Puts `text` on the system's clipboard; blocking.

    Returns:
        Empty when it worked, else why it did not.
    """
    import pyperclip

    try:
        pyperclip.copy(text)
    except (pyperclip.PyperclipException, OSError) as error:
        return str(error).strip().partition("\n")[0] or "no clipboard"
    return ""


def copied_sentence(text: str, problem: str) -> str:
    """Says how much was copied, and where to.

    Args:
        text: What was copied.
        problem: Why the system's clipboard did not take it; empty when it did.
    """
    amount = f"{len(text):,} character" + ("" if len(text) == 1 else "s")
    if problem:
        return f"Sent {amount} to the terminal's clipboard (OSC 52). The system's own could not be reached from here."
    return f"Copied {amount} to the system's clipboard, and to the terminal's (OSC 52)."
