"""Which clips make a call: "Mời số" A 0 1 2 "đến quầy" 3, a label digit by digit.

A number of two digits is one clip where the pack has it. A counter that is no "Quầy 3" may have a clip of its
own: `counter-thue` says where to go in one ("đến bàn thuế").
"""

import string
from collections.abc import Container

CALL, COUNTER = "call", "counter"
NEEDED = (CALL, COUNTER, *string.digits, *string.ascii_uppercase)  # whatever number, whatever counter

_VIETNAMESE = (
    "Mời số|đến quầy|không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|a|bê|xê|dê|e|ép phờ|giê|hát|i|ji|ca|e lờ|"
    "em mờ|en nờ|o|pê|cu|e rờ|ét sì|tê|u|vê|vê kép|ích xì|i dài|dét"
)
_ENGLISH = (
    "Number|please go to counter|zero|one|two|three|four|five|six|seven|eight|nine|A|B|C|D|E|F|G|H|I|J|K|L|M|"
    "N|O|P|Q|R|S|T|U|V|W|X|Y|Z"
)
_TENS = {
    "vi": "mười|mười một|mười hai|mười ba|mười bốn|mười lăm|mười sáu|mười bảy|mười tám|mười chín|hai mươi",
    "en": "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty",
}

# What is to be read for each clip. Another language has a pack only once somebody who speaks it records one.
WORDS = {
    language: dict(zip(NEEDED, words.split("|"), strict=True))
    | {str(number): word for number, word in enumerate(_TENS[language].split("|"), 10)}
    for language, words in (("vi", _VIETNAMESE), ("en", _ENGLISH))
}


def phrase(label: str, counter: str, number: str, clips: Container[str]) -> tuple[str, ...]:
    """The clips of a call, in their order; `number` is the counter's as it is drawn, `counter` its id."""
    own = f"{COUNTER}-{counter}"
    if own in clips:
        return (CALL, *label, own)
    digits = (number,) if number in clips else tuple(filter(str.isalnum, number.upper()))
    return (CALL, *label, COUNTER, *digits)
