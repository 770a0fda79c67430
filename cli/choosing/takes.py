"""Another take of a picture, drawn by ``generateBatch`` in this process, under the cap of the session."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from decimal import Decimal
from functools import partial
from typing import Any, cast

from batch.checks import check_request
from batch.choices import change_manifest
from batch.record import BatchResult
from batch.requests import BatchRequest, bind
from cli.here.engine import Engine
from errors import ThumbnailError
from gallery.manifest import Manifest, Request
from money import NOTHING, Money
from outcomes import Finished, Row
from providers.cost import estimate
from providers.opening import picture_request
from providers.prices import read_prices
from providers.registry import MODELS
from settings import Settings
from storage.store import Store
from tasks import app, generate_batch
from waiting import Clock

__all__ = ["Takes"]

LOOK = ("style", "template", "font", "context", "extra_prompt")


class Takes:
    """Draws takes of a batch's pictures. ``MAX_COST_USD`` caps all of them together."""

    def __init__(self, store: Store, settings: Settings, request: Request) -> None:
        """Take the store, and the request of the whole batch: each take asks for a part of it."""
        self._store, self._settings, self._request = store, settings, request
        self._paid = NOTHING

    def prices(self, manifest: Manifest) -> dict[str, str]:
        """Return what another picture by each model of a batch costs, in words; nothing for one that cannot draw it."""
        if "name" not in manifest or manifest["simulated"] != self._settings.simulate_providers:
            return {}
        models = {each["model"] for row in manifest["rows"] for each in row["results"]} & MODELS.keys()
        today = Clock().today()
        return {model: self._price(model, manifest) for model in sorted(models) if not MODELS[model].has_ended(today)}

    def _price(self, model: str, manifest: Manifest) -> str:
        if manifest["simulated"]:
            return "simulated"
        request = manifest["request"]
        title = manifest["rows"][0]["title"]
        look = {"style": request["style"], "context": request["context"], "extra_prompt": request["extra_prompt"]}
        asked = picture_request(MODELS[model], self._settings, title=title, variation=1, **look)
        return str(estimate([asked], read_prices(self._settings.prices_file)).cost)

    async def draw(self, manifest: Manifest, row: Row, picture: Finished) -> Finished:
        """Draw another picture like one, record it beside the others, and return it.

        Raises:
            InvalidRequestError: it would cost more than the cap leaves, or the request is not valid any more.
            ThumbnailError: it was refused or failed.
        """
        model = picture["model"]
        made = [each for each in row["results"] if each["status"] == "ok" and each["model"] == model]
        post = {**self._asked(row), "variation": max(each.get("variation", 0) for each in made) + 1}
        look = {name: value for name, value in self._request.items() if name in LOOK}
        values = {**look, "prompts": [post], "models": [model], "name": manifest.get("name", "")}
        settings = self._within_cap()
        request = check_request(BatchRequest, bind(BatchRequest, [], values), settings)
        try:
            result: BatchResult = await Engine(app, lambda event: None, settings).run(
                generate_batch.name, asdict(request)
            )
        finally:
            await change_manifest(self._store, manifest["batch_id"], partial(self._put_beside, manifest, row))
        self._paid += Money.of(cast(Mapping[str, Any], result))
        [[outcome]] = [each["results"] for each in result["rows"]]
        if outcome["status"] != "ok":
            raise ThumbnailError(outcome["error"]["message"] if outcome["status"] != "pending" else "It was stopped.")
        return outcome

    def _within_cap(self) -> Settings:
        cap = self._settings.max_cost_usd
        if cap is None:
            return self._settings
        return replace(self._settings, max_cost_usd=max(cap - self._paid.dollars, Decimal(0)))

    def _asked(self, row: Row) -> Mapping[str, Any]:
        """Return what the batch's request says of a post."""
        for prompt in self._request["prompts"]:
            if isinstance(prompt, dict) and prompt.get("slug") == row["slug"]:
                return prompt
        return {"title": row["title"], "slug": row["slug"]}

    def _put_beside(self, before: Manifest, earlier: Row, now: Manifest) -> None:
        """Put a take beside the earlier ones, and leave the rest of the batch: its request, and the posts' order."""
        now["request"] = self._request
        places = {_name(row): place for place, row in enumerate(before["rows"])}
        now["rows"].sort(key=lambda row: places.get(_name(row), len(places)))
        row = next(row for row in now["rows"] if row.get("slug") == earlier["slug"])
        keys = {each.get("key") for each in earlier["results"]}
        drawn = [each for each in row["results"] if each["status"] == "ok" and each["key"] not in keys]
        row["results"] = [*earlier["results"], *drawn]


def _name(row: Row) -> str:
    return row.get("slug", row["title"])
