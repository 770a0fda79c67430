"""What a blog's thumbnails have in common; ``brand_file.py`` reads it."""

from dataclasses import dataclass

from compositing.colours import BLACK, Colour
from compositing.fonts import BRAND_FONT, Font, load_font
from compositing.mark import Logo
from compositing.templates import Corner

__all__ = ["NO_BRAND", "Brand"]

NAME_FONT = "inter"


@dataclass(frozen=True)
class Brand:
    """What a blog's thumbnails have in common.

    ``colour`` is laid under letters in place of black, ``accent`` is a thin rule, and logo and name go to a corner.
    ``digest`` is of all that the brand is made of, and empty where that is nothing.
    """

    colour: Colour = BLACK
    accent: Colour | None = None
    logo: Logo | None = None
    corner: Corner = "bottom-right"
    font: Font | None = None
    name: str = ""
    digest: str = ""

    @property
    def name_font(self) -> Font:
        """The font that the name is set in."""
        return self.font or load_font(NAME_FONT)

    def load_font(self, name: str) -> Font:
        """Open the font that a request names: one of the catalogue's, or the brand's own."""
        return self.font if name == BRAND_FONT and self.font else load_font(name)


NO_BRAND = Brand()
