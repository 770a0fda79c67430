"""What a run would do, by looking into the store: nothing is requested, written or paid for."""

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Any, Literal

from originals.ledger import read_ledger
from providers.cost import Estimate
from providers.prices import read_prices
from settings import Settings
from storage.choice import open_store
from storage.store import Area
from tasks.budget import estimate_of
from tasks.posts import posts_of, thumbnail_request
from tasks.requests import BatchRequest
from tasks.work import Work, is_thumbnail, work_of
from text import brief, clean_text
from waiting import gather_limited

__all__ = ["Plan", "make_plan"]

Action = Literal["reuse", "recompose", "refused", "generate"]


@dataclass(frozen=True)
class Step:
    """What a run would do for one pair.

    ``action`` is ``reuse`` (its thumbnail), ``recompose`` (from its stored picture), ``generate`` (a new picture), or
    ``refused``: the provider refused the prompt before, so nothing is done. ``shared`` pairs pay for no picture.
    """

    title: str
    model: str
    served_by: str
    action: Action
    shared: bool = False


@dataclass(frozen=True)
class Plan:
    """A batch's steps, in order. A picture that several of its pairs share is paid for by the first of them.

    ``left_out`` says, line by line, what of the posts' source is not in the batch.
    """

    steps: tuple[Step, ...]
    simulated: bool
    estimate: Estimate
    left_out: str = ""

    @property
    def pictures(self) -> dict[str, int]:
        """How many pictures would be asked for and paid for, by the model that serves them."""
        return dict(Counter(step.served_by for step in self.steps if step.action == "generate" and not step.shared))

    def as_dict(self) -> dict[str, Any]:
        """Return the plan as JSON holds it."""
        return {
            "simulated": self.simulated,
            "steps": [asdict(step) for step in self.steps],
            "pictures": self.pictures,
            "cost_usd": self.estimate.cost.usd,
            "cost": str(self.estimate),
            "left_out": self.left_out.splitlines(),
        }

    def __str__(self) -> str:
        actions = Counter(step.action for step in self.steps)
        lines = [
            f"{step.action:<10}{'shared' if step.shared else '':<8}{step.model:<28}{brief(step.title)}"
            for step in self.steps
        ]
        counted = ", ".join(f"{actions[action]} to {action}" for action in ("reuse", "recompose", "generate"))
        counted += f", {actions['refused']} refused before" if actions["refused"] else ""
        served = ", ".join(f"{count} by {model}" for model, count in self.pictures.items())
        pictures = f"pictures to {'simulate' if self.simulated else 'pay for'}: {sum(self.pictures.values())}"
        left_out = [f"left out: {clean_text(line)}" for line in self.left_out.splitlines()]
        paid = f"{pictures} ({served})" if served else pictures
        return "\n".join([*lines, "", *left_out, counted, paid, f"cost: {self.estimate}"])


async def make_plan(request: BatchRequest, settings: Settings) -> Plan:
    """Look up every pair of a batch in the store.

    Raises:
        StoreError: the store cannot be reached.
    """
    store = open_store(settings)
    for area in Area:  # Only an answer with a body can report a wrong key, and a lookup has none.
        await store.read(area, "never-written")
    works = [
        work_of(thumbnail_request(request, post, model), settings)
        for post in posts_of(request.prompts)
        for model in request.models
    ]

    async def action(work: Work) -> Action:
        if is_thumbnail(await store.stat(Area.THUMBNAILS, work.thumbnail_key)):
            return "reuse"
        if await store.stat(Area.ORIGINALS, work.original_key):
            return "recompose"
        return "refused" if (await read_ledger(store, work.original_key)).refusal else "generate"

    actions = await gather_limited(action, works)
    steps, paid = [], set[str]()
    for work, found in zip(works, actions, strict=True):
        shared = found == "generate" and work.original_key in paid
        paid.add(work.original_key)
        steps.append(Step(work.title, work.model.id, work.picture.served_by, found, shared))
    to_generate = [work for work, found in zip(works, actions, strict=True) if found == "generate"]
    about = await estimate_of(store, to_generate, read_prices(settings.prices_file))
    return Plan(tuple(steps), settings.simulate_providers, about, request.left_out)
