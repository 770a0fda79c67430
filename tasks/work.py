"""What a pair's work comes down to: the picture to ask for, and the keys under which what is done is found."""

from dataclasses import dataclass

from compositing import COMPOSITOR_VERSION
from compositing.brand import Brand, open_brand
from compositing.title_text import layout_text
from providers.choice import picture_request
from providers.provider import PictureRequest
from providers.registry import MODELS, Model
from settings import Settings
from storage.keys import original_key, thumbnail_key
from tasks.requests import ThumbnailRequest
from text import clean_text

__all__ = ["Work", "work_of"]


@dataclass(frozen=True)
class Work:
    """One pair: the title in its plain form, the model, the picture to ask for, the keys, and the brand."""

    title: str
    model: Model
    picture: PictureRequest
    original_key: str
    thumbnail_key: str
    brand: Brand

    def __str__(self) -> str:
        """The pair, as a log line begins with it."""
        return f"{self.title}, {self.model.id}"


def work_of(request: ThumbnailRequest, settings: Settings) -> Work:
    """Return a checked request's work."""
    brand = open_brand(settings.brand_dir)
    model, title = MODELS[request.model], clean_text(request.title)
    picture = picture_request(
        model,
        settings,
        title=title,
        style=request.style,
        context=clean_text(request.context),
        extra_prompt=clean_text(request.extra_prompt),
        variation=request.variation,
    )
    original = original_key(
        served_by=picture.served_by,
        prompt=picture.prompt,
        size=picture.size,
        quality=picture.quality,
        variation=picture.variation,
    )
    thumbnail = thumbnail_key(
        original=original,
        title=title,
        drawn=layout_text(request.title),
        model=model.id,
        style=request.style,
        template=request.template,
        font=request.font,
        compositor_version=COMPOSITOR_VERSION,
        brand=brand.digest,
    )
    return Work(title, model, picture, original, thumbnail, brand)
