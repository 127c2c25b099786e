"""Letters as the word index compares them: small, without accents, one form of those that are written in several."""

import re
import unicodedata

# Accents, the points of Arabic and Hebrew, what stretches a word, and what joins or picks the look of signs.
# A short mark over и makes it another letter; the marks of other scripts belong to their letters.
_MARKS = re.compile(
    "(?<![иИ])[\u0300-\u036f]|(?<=[иИ])[\u0300-\u0305\u0307-\u036f]"
    "|[\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\ufe00-\ufe0f]"
)
_OTHER_FORMS = str.maketrans(
    {
        "ø": "o", "đ": "d", "ð": "d", "ł": "l", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
        "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "’": "'",
        **{chr(zero + digit): str(digit) for zero in (0x660, 0x6F0, 0x966) for digit in range(10)},
    }
)  # fmt: skip
_ACCENTED = re.compile("[^\x00-\x7f\u3040-\u30fa\u3400-\u9fff]")


def plain(text: str) -> str:
    """`text` as it is compared: café as cafe, Straße as strasse, ё as е, أ as ا, wide letters as narrow ones."""
    if text.isascii():
        return text.lower()
    if not _ACCENTED.search(text):
        return text.casefold()
    bare = _MARKS.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare).casefold().translate(_OTHER_FORMS)
