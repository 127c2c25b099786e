"""What the user asks to be remembered, told by their words."""

import re

from memchat.memory.languages import language_of
from memchat.memory.screening import PLACEHOLDER
from memchat.memory.sentences import own_text, sentences

LONGEST = 1_000
"""Characters of a fact at most; what is longer is a document, not a fact."""

_ASKED = re.compile(
    r"""
    ^(?:(?:hi|hey|hello|ok|okay|also|and|oh|so|btw|by\ the\ way|memchat)\b[,.!:]*\s+)*
    (?:please\s+)?(?P<polite>(?:can|could|would|will)\ you\s+)?(?:please\s+)?
    (?:remember(?:\s+this)?|(?:don['’]?t|do\ not|never)\s+forget|keep\ in\ mind|(?:make|take)\ a\ note|note)
    (?:\s*[:,]\s*|\s+that\s+
      |\s+(?=(?:I|I['’]\w+|(?:my|our)\b.*\b(?:is|are|was|were|has|have))\b(?!\ (?:told|said|asked))))
    (?P<english>\S.*)$
    |^(?:請|请|麻煩|麻烦)?(?:你|幫我|帮我|要)?(?:記住|记住|記得|记得|別忘了|别忘了)[：:，,\s]*(?P<chinese>\S.*)$
    |^(?:bitte\s+)?(?:merke?\s+dir(?:\s+bitte)?|vergiss(?:\s+bitte)?\s+nicht|denk(?:e)?\s+(?:bitte\s+)?dar?an|notiere?(?:\s+dir)?)
      (?:\s*:\s*|\s*,?\s*(?P<subordinate>dass)\s+|\s*,\s*|\s+(?=(?:ich|mein)))(?P<german>\S.*)$
    |^(?:s['’]il\s+(?:te|vous)\s+pla[iî]t,?\s+)?
      (?:retiens|retenez|souviens-toi|souvenez-vous|rappelle-toi|n['’]oublie\s+pas|note|notez|mémorise|garde\s+en\s+(?:tête|mémoire))
      (?:\s+bien)?(?:\s*:\s*|\s+que\s+|\s+(?=qu['’]))(?:qu['’])?(?P<french>\S.*)$
    |^(?:por\s+favor,?\s+)?
      (?:recuerda|recuerde|acuérdate|no\s+(?:te\s+)?olvides|ten\s+en\s+cuenta|anota|apunta|memoriza)
      (?:\s+(?:de\s+)?que\s+|\s*:\s*)(?P<spanish>\S.*)$
    |^(?:por\s+favor,?\s+)?
      (?:lembre(?:-se)?|lembra(?:-te)?|não\s+(?:se\s+)?esqueça|anot[ea]|guarde|memorize)
      (?:\s+(?:de\s+)?que\s+|\s*:\s*)(?P<portuguese>\S.*)$
    |^(?:per\s+favore,?\s+)?(?:ricorda(?:ti)?|non\s+dimenticare|tieni\s+(?:a\s+mente|presente)|annota|segnati)
      (?:\s+(?:di\s+)?che\s+|\s*:\s*)(?P<italian>\S.*)$
    |^(?:alsjeblieft,?\s+)?(?:onthoud|vergeet\s+niet|noteer)(?:\s+alsjeblieft)?
      (?:\s*:\s*(?P<dutch>\S.*)|,?\s+(?P<whole>dat\s+\S.*))$
    |^(?:пожалуйста,?\s+)?(?:запомни(?:те)?|помни|не\s+забудь|не\s+забывай|учти|запиши)(?:\s*,?\s*что\s+|\s*:\s*)
      (?P<russian>\S.*)$
    |^(?P<japanese>[^？?]{4,}?)(?:という)?(?:こと|の)?(?:を|は)?、?
      (?:覚えて(?:おいて)?|記憶して(?:おいて)?|忘れないで|メモして(?:おいて)?)(?:ね|よ|ください|下さい|くれ|ほしい|です)*[。.!！]*$
    |^(?P<korean>[^?？]{2,}?다)는\s*(?:걸|것을|거|사실을|점을?)\s*(?:꼭\s*)?(?:기억해|잊지\s?마|메모해)(?:\s*(?:줘|주세요|둬|두세요|요))*[.!]*$
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_GROUPS = tuple(name for name in _ASKED.groupindex if name not in {"polite", "subordinate"})
_MAY_ASK = re.compile(
    r"\b(?:remember|forget|keep in mind|note[rz]?|notiere?|merke?|vergiss|denke?|retiens|retenez|souv\w+|rappelle"
    r"|oublie|mémorise|garde|recuerd[ae]|acuérdate|olvides|ten|an[oó]t[ae]|apunta|memori[sz][ae]|lembr[ae]|esqueça|guarde|ricorda\w*|dimenticare"
    r"|tieni|annota|segnati|onthoud|vergeet|noteer|запомни\w*|помни|забудь|забывай|учти|запиши)\b"
    r"|記住|记住|記得|记得|忘|覚えて|記憶して|メモ|기억해|잊지|메모해",
    re.IGNORECASE,
)
_OWN = re.compile(
    r"\b(?:I|I['’]\w+|my|our|we|us|me|ich|mein\w*|mir|mich|wir|unser\w*|je|mon|ma|mes|moi|nous|notre|nos|yo|mi|mis|nuestr\w+"
    r"|soy|estoy|tengo|vivo|trabajo|eu|meus?|minhas?|sou|estou|tenho|moro|trabalho|io|mio|mia|miei|sono|ho|abito|lavoro|ik|mijn"
    r"|ons|onze|я|мой|моя|мои|меня|мне|у нас|мы)\b|\b[jm]['’]|我|咱|私|僕|俺|(?:저|나|제|내|우리)(?=[는가의\s])",
    re.IGNORECASE,
)
_NOT_A_FACT = re.compile(
    r"^(?:time|day|when|how|what|where|who|song|movie|film)\b|^(?:これ|それ|あれ)(?:を|は|$)"
    r"|[嗎吗]$|什麼|什么|哪[裡里個个]|怎麼|怎么|^(?:我們|我们|上次|那次)",
    re.IGNORECASE,
)
_VERB_LAST = re.compile(
    r"(?P<subject>(?:ich|wir|(?:mein|unser)\w* [\wäöüß\-]+)) (?P<rest>[^,;:.!?]+) (?P<verb>[a-zäöüß]+)(?=[.!]*$)",
    re.IGNORECASE,
)


def asked_to_remember(text: str) -> str | None:
    """What the user asks to be remembered, else none.

    The whole text begins with the request, or a sentence of it does that tells something of the user: what was pasted
    below the user's own line may say "remember that …" too. A question ("do you remember that …?") is no request.
    """
    stripped = text.strip()
    if len(stripped) > LONGEST or not _MAY_ASK.search(stripped):
        return None
    found = _asked(stripped)
    if found is not None or "\n" in stripped:
        return found
    own = own_text(stripped, language_of(stripped))
    wanted = (_asked(each.text + "?" * each.asks) for each in sentences(own))
    return next((what for what in wanted if what and _OWN.search(what)), None)


def _asked(text: str) -> str | None:
    match = _ASKED.match(text)
    if match is None:
        return None
    group = next(name for name in _GROUPS if match[name])
    what = (text if group == "whole" else match[group]).strip()
    asks_back = what.endswith(("?", "？")) and not match["polite"]
    what = what.rstrip("?？").rstrip()
    if asks_back or not what or _NOT_A_FACT.search(what) or PLACEHOLDER.search(what):
        return None
    # After "dass" the verb stands last; in a sentence of its own it stands second.
    return _VERB_LAST.sub(r"\g<subject> \g<verb> \g<rest>", what) if match["subordinate"] else what
