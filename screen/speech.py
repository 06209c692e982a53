"""Words said by a program, espeak-ng: where no person can have recorded all that is to be said.

It says a sentence of three seconds within about ten milliseconds on a desktop machine, so nothing is kept.
"""

import subprocess
from shutil import which

from config.errors import HardwareAbsent

PROGRAM = "espeak-ng"
HEAD = 44  # bytes before the samples of the WAV file that it writes; these are of `screen.sound.RATE`
LONGEST_S = 10.0  # it has never taken that long

# A voice for each language that it says intelligibly, and how fast, words a minute.
_VOICES = {"vi": ("vi", 135), "en": ("en-gb", 145)}
LANGUAGES = frozenset(_VOICES)


def check_speech() -> None:
    """Raises HardwareAbsent where the program is not on this machine."""
    if which(PROGRAM) is None:
        raise HardwareAbsent(f"{PROGRAM} is not on this machine.", hint=f"sudo apt-get install -y {PROGRAM}")


def spoken(language: str, words: str) -> bytes:
    """The samples of these words. Raises HardwareAbsent where the program fails."""
    voice, speed = _VOICES[language]
    command = [PROGRAM, "-v", voice, "-s", str(speed), "--stdin", "--stdout"]
    try:
        said = subprocess.run(
            command, input=words.encode(), capture_output=True, check=True, timeout=LONGEST_S
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise HardwareAbsent(f"{PROGRAM} does not speak: {error}") from error
    return said.stdout[HEAD:]
