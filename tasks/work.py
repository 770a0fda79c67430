"""The work for one pair: the picture to request, and the keys of its original and thumbnail."""

from dataclasses import dataclass

from compositing import COMPOSITOR_VERSION, MAX_BYTES
from compositing.brand import Brand
from compositing.brand_file import open_brand
from compositing.title_text import layout_text
from compositing.typography import typographic
from originals.original import Wanted
from outcomes import Finished
from providers.choice import picture_request
from providers.prompt import identity
from providers.provider import PictureRequest
from providers.registry import MODELS, Model
from settings import Settings
from storage.keys import account, original_key, thumbnail_key
from storage.store import ObjectInfo, Store
from styles import alt_text
from tasks.requests import ThumbnailRequest
from text import clean_text

__all__ = ["Work", "is_thumbnail", "outcome_of", "work_of"]

# In bytes. Smaller ones are damaged; larger ones are never made.
THUMBNAIL_SIZES = range(2_000, MAX_BYTES + 1)


@dataclass(frozen=True)
class Work:
    """One pair: the cleaned title and the one to draw, the model, the picture to request, the keys, and the brand."""

    title: str
    drawn: str
    model: Model
    picture: PictureRequest
    original_key: str
    thumbnail_key: str
    brand: Brand

    def __str__(self) -> str:
        """Return the pair, for the start of a log line."""
        return f"{self.title}, {self.model.id}"

    def wanted_by(self, run: str) -> Wanted:
        """Return the original that this run wants for the pair."""
        return Wanted(self.original_key, self.picture, self.model, account(run, self.thumbnail_key), str(self))


def work_of(request: ThumbnailRequest, settings: Settings) -> Work:
    """Return the work for a checked request."""
    brand = open_brand(settings.brand_dir)
    model, title = MODELS[request.model], clean_text(request.title)
    asked = {
        "title": title,
        "style": request.style,
        "context": clean_text(request.context),
        "extra_prompt": clean_text(request.extra_prompt),
    }
    picture = picture_request(model, settings, **asked, variation=request.variation)
    original = original_key(
        served_by=picture.served_by,
        identity=identity(**asked),
        size=picture.size,
        quality=picture.quality,
        variation=picture.variation,
    )
    drawn = layout_text(request.title if settings.titles_as_typed else typographic(request.title))
    thumbnail = thumbnail_key(
        original=original,
        title=title,
        drawn=drawn,
        model=model.id,
        style=request.style,
        template=request.template,
        font=request.font,
        compositor_version=COMPOSITOR_VERSION,
        brand=brand.digest,
    )
    return Work(title, drawn, model, picture, original, thumbnail, brand)


def outcome_of(work: Work, request: ThumbnailRequest, store: Store) -> Finished:
    """Return the outcome of a thumbnail that was found in the store."""
    link = store.link(work.thumbnail_key)
    outcome: Finished = {
        "status": "ok",
        "title": request.title,
        "model": work.model.id,
        "served_by": work.picture.served_by,
        "image_url": link.url,
        "key": work.thumbnail_key,
        "alt": alt_text(request.title, request.style, work.brand.name),
        "variation": request.variation,
        "template": request.template,
        "font": request.font,
        "reused": True,
        "cost_usd": 0.0,
    }
    if link.expires_at:
        outcome["image_url_expires_at"] = link.expires_at
    return outcome


def is_thumbnail(found: ObjectInfo | None) -> bool:
    """Return whether a stored object can be a thumbnail. If not, it is damaged or foreign, and is made again."""
    return found is not None and found.size in THUMBNAIL_SIZES and found.content_type == "image/jpeg"
