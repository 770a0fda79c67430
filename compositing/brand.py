"""A blog's brand; ``brand_file.py`` reads it."""

from dataclasses import dataclass

from compositing.colours import Colour
from compositing.fonts import BRAND_FONT, Font, load_font
from compositing.mark import Logo
from compositing.templates import Corner

__all__ = ["NO_BRAND", "Brand"]

NAME_FONT = "inter"


@dataclass(frozen=True)
class Brand:
    """What all of a blog's thumbnails share.

    ``colour`` and ``accent`` replace those from the picture, and logo and name go into a corner, by default the one
    that suits the template. ``digest`` covers everything that makes up the brand, and is empty if there is nothing.
    """

    colour: Colour | None = None
    accent: Colour | None = None
    logo: Logo | None = None
    corner: Corner | None = None
    font: Font | None = None
    name: str = ""
    digest: str = ""

    @property
    def name_font(self) -> Font:
        """The font of the name."""
        return self.font or load_font(NAME_FONT)

    def load_font(self, name: str) -> Font:
        """Return the font that a request names: one from the catalogue, or the brand's own."""
        return self.font if name == BRAND_FONT and self.font else load_font(name)


NO_BRAND = Brand()
