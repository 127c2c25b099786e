"""Reading a model's size from its name."""

import pytest

from memchat.providers.sizes import billions, too_small_for_tools


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("qwen2.5-coder-1.5b", 1.5),
        ("qwen2.5:0.5b", 0.5),
        ("smollm2-135m", 0.135),
        ("Llama-3.2-3B-Instruct-Q4_K_M.gguf", 3.0),
        ("meta-llama/Llama-3.3-70B-Instruct", 70.0),
        ("gpt-4o-mini", None),
        ("claude-sonnet-4", None),
        ("mixtral-8x7b", None),
        ("", None),
    ],
)
def test_the_size_is_read_where_the_name_says_it(name: str, size: float | None) -> None:
    assert billions(name) == size


def test_small_models_are_not_offered_tools() -> None:
    assert too_small_for_tools("qwen2.5-coder-1.5b")
    assert not too_small_for_tools("llama3.2:3b")
    assert not too_small_for_tools("gpt-4o-mini")
