"""The mark on a thumbnail of a simulated picture, so that nobody takes it for a real one."""

from PIL import Image, ImageDraw, ImageFont

__all__ = ["mark_simulated"]

# Pixels. A tab that hangs from the middle of the upper edge: no template sets a title or a brand's mark there.
TEXT, SIZE, PADDING = "SIMULATED", 18, (12, 5)
INK, PLATE = "white", "#7a1f1f"


def mark_simulated(thumbnail: Image.Image) -> None:
    """Draw the mark on a thumbnail."""
    draw, font = ImageDraw.Draw(thumbnail), ImageFont.load_default(SIZE)
    left, top, right, bottom = draw.textbbox((0, 0), TEXT, font)
    width, height = right - left + 2 * PADDING[0], bottom - top + 2 * PADDING[1]
    x = (thumbnail.width - width) // 2
    draw.rounded_rectangle((x, -PADDING[0], x + width, height), PADDING[1], PLATE)
    draw.text((x + PADDING[0] - left, PADDING[1] - top), TEXT, INK, font)
