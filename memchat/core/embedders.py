"""What the id of an embedder tells: its model, and after an @ the base URL of the endpoint that has it."""

_AT, _SCHEME = "@", "http"


def parts_of(embedder_id: str) -> tuple[str, str]:
    """The model, and the base URL of its endpoint; the URL of a built-in embedder is empty."""
    model, at, rest = embedder_id.partition(_AT + _SCHEME)
    return model, f"{_SCHEME}{rest}" if at else ""


def model_of(embedder_id: str) -> str:
    """The model alone, so that the name of a host tells nothing of it."""
    return parts_of(embedder_id)[0]
