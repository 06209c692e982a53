"""Which clips make a call: "Mời số" A 0 1 2 "đến quầy" 3, a label digit by digit.

A number of two digits is one clip where the pack has it. A counter that is no "Quầy 3" may have a clip of its
own: `counter-thue` says where to go in one ("đến bàn thuế").
"""

from collections.abc import Container

from config.spelling import CHARACTERS, SPELLING

CALL, COUNTER = "call", "counter"
NEEDED = (CALL, COUNTER, *CHARACTERS)  # whatever number, whatever counter

_TENS = {
    "vi": "mười|mười một|mười hai|mười ba|mười bốn|mười lăm|mười sáu|mười bảy|mười tám|mười chín|hai mươi",
    "en": "ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty",
}

# What is to be read for each clip. Another language has a pack only once somebody who speaks it records one.
WORDS = {
    language: {CALL: call, COUNTER: counter}
    | SPELLING[language]
    | {str(number): word for number, word in enumerate(_TENS[language].split("|"), 10)}
    for language, call, counter in (
        ("vi", "Mời số", "đến quầy"),
        ("en", "Number", "please go to counter"),
    )
}


def phrase(label: str, counter: str, number: str, clips: Container[str]) -> tuple[str, ...]:
    """The clips of a call, in their order; `number` is the counter's as it is drawn, `counter` its id."""
    own = f"{COUNTER}-{counter}"
    if own in clips:
        return (CALL, *label, own)
    digits = (number,) if number in clips else tuple(filter(str.isalnum, number.upper()))
    return (CALL, *label, COUNTER, *digits)
