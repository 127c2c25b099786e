"""Context windows by model family, for endpoints that do not say."""

import re

DEFAULT_WINDOW = 8192

_FAMILIES: tuple[tuple[str, int], ...] = (
    (r"gpt-4\.1", 1_047_576),
    (r"gpt-5", 272_000),
    (r"gpt-4o|gpt-4-turbo|chatgpt-4o", 128_000),
    (r"gpt-4-32k", 32_768),
    (r"gpt-4", 8192),
    (r"gpt-3\.5-turbo", 16_385),
    (r"gpt-oss", 131_072),
    (r"\bo1-mini|\bo1-preview", 128_000),
    (r"\bo[134]\b|\bo[134]-", 200_000),
    (r"claude", 200_000),
    (r"gemini-1\.5-pro", 2_097_152),
    (r"gemini", 1_048_576),
    (r"gemma-?[34]", 131_072),
    (r"gemma", 8192),
    (r"smollm-?3", 65_536),
    (r"smollm-?2", 8192),
    (r"smollm", 2048),
    (r"qwen-?3", 40_960),
    (r"qwen-?2\.5|qwq|qwen-?2", 32_768),
    (r"qwen", 32_768),
    (r"llama-?4", 131_072),
    (r"llama-?3\.[123]", 131_072),
    (r"llama-?3", 8192),
    (r"llama-?2|codellama", 4096),
    (r"tinyllama", 2048),
    (r"mixtral-8x22b", 65_536),
    (r"mixtral|mistral-7b", 32_768),
    (r"mistral-(large|small|medium|nemo)|ministral|magistral|devstral|codestral|pixtral", 131_072),
    (r"mistral", 32_768),
    (r"deepseek-(r1|v3|chat|reasoner)", 65_536),
    (r"deepseek", 16_384),
    (r"phi-?4-mini", 131_072),
    (r"phi-?4", 16_384),
    (r"phi-?3\.5|phi-?3.*128k", 131_072),
    (r"phi-?3", 4096),
    (r"command-(r|a)", 131_072),
    (r"granite-?[34]", 131_072),
    (r"grok", 131_072),
    (r"kimi|glm-?4", 131_072),
    (r"olmo", 4096),
    (r"falcon", 8192),
    (r"yi-", 4096),
)
_COMPILED = tuple((re.compile(pattern), size) for pattern, size in _FAMILIES)


def window_of(model: str) -> int:
    """The context window in tokens that models of this name's family have; 8192 for an unknown one."""
    name = model.lower().replace("_", "-")
    return next((size for pattern, size in _COMPILED if pattern.search(name)), DEFAULT_WINDOW)
