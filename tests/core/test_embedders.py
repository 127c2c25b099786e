"""What the id of an embedder tells."""

import pytest

from memchat.core.embedders import model_of, parts_of


@pytest.mark.parametrize(
    ("embedder_id", "model", "url"),
    [
        ("all-MiniLM-L6-v2-onnx-int8", "all-MiniLM-L6-v2-onnx-int8", ""),
        ("bge-m3@http://127.0.0.1:11434/v1", "bge-m3", "http://127.0.0.1:11434/v1"),
        ("text-embedding-3-small@https://api.openai.com/v1", "text-embedding-3-small", "https://api.openai.com/v1"),
    ],
)
def test_an_id_tells_the_model_and_where_it_is(embedder_id: str, model: str, url: str) -> None:
    assert parts_of(embedder_id) == (model, url)
    assert model_of(embedder_id) == model
