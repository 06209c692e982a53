"""Colours as eyes see them that lack one kind of cones.

After Machado, Oliveira and Fernandes, A Physiologically-based Model for Simulation of Color Vision Deficiency
(2009): their matrices for the whole lack, on linear light.
"""

from screen.theme import Color

LACKING = {
    "red": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "green": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "blue": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}


def seen(color: Color, lacking: str) -> Color:
    """The colour without those cones."""
    light = [(each / 255) ** 2.2 for each in color]
    red, green, blue = (
        round(
            255
            * min(1.0, max(0.0, sum(share * each for share, each in zip(row, light, strict=True))))
            ** (1 / 2.2)
        )
        for row in LACKING[lacking]
    )
    return red, green, blue
