"""What digits and letters are called, so that a number is said alike wherever it is said."""

import string

CHARACTERS = string.digits + string.ascii_uppercase

_VIETNAMESE = (
    "không|một|hai|ba|bốn|năm|sáu|bảy|tám|chín|a|bê|xê|dê|e|ép phờ|giê|hát|i|ji|ca|e lờ|"
    "em mờ|en nờ|o|pê|cu|e rờ|ét sì|tê|u|vê|vê kép|ích xì|i dài|dét"
)
_ENGLISH = (
    "zero|one|two|three|four|five|six|seven|eight|nine|A|B|C|D|E|F|G|H|I|J|K|L|M|N|O|P|Q|R|S|T|U|V|W|X|Y|Z"
)

SPELLING = {
    language: dict(zip(CHARACTERS, names.split("|"), strict=True))
    for language, names in (("vi", _VIETNAMESE), ("en", _ENGLISH))
}
