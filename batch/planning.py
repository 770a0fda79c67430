"""The task that plans a batch: says what a run would do and cost, and pays for nothing."""

from collections import Counter
from dataclasses import replace
from json import dumps

from typing_extensions import TypedDict

from batch.change import Change, change_of
from batch.pairs import Action, pairs_of_batch
from batch.plan import Plan, capped, look_up
from batch.record import MOST_BYTES, BatchRecord, id_of
from batch.requests import BatchRequest
from providers.prices import read_prices
from settings import Settings
from storage.keys import manifest_key, page_key
from storage.opening import open_store
from storage.store import Area
from waiting import Attempt

__all__ = ["PlanResult", "Step", "fitting_result", "plan_batch"]


class Step(TypedDict):
    """What a run would do for one pair. ``shared`` pairs pay for no picture: another pair of the batch does."""

    title: str
    model: str
    served_by: str
    action: Action
    shared: bool


class PlanResult(TypedDict):
    """What ``planBatch`` returns."""

    batch_id: str
    gallery_url: str
    """Where the batch's page is, or will be."""
    simulated: bool
    has_real_page: bool
    """Whether the same batch has a page of real pictures; only a simulated one is told, by its name."""
    requested: int
    reuse: int
    recompose: int
    refused: int
    """How many pairs ask for a picture that was refused before, and so is not asked for again."""
    generate: int
    pictures: dict[str, int]
    """How many pictures would be asked for and paid for, by the model that serves them."""
    change: Change
    cost_usd: float
    cost: str
    """The estimate in words, with its prices and what is unknown."""
    left_out: list[str]
    faults: list[str]
    """Why a run would be refused."""
    steps: list[Step]


async def plan_batch(request: BatchRequest, settings: Settings, attempt: Attempt) -> PlanResult:
    """Return what a run of the batch would do, by what is in the store.

    Raises:
        StoreError: the store failed.
    """
    settings = capped(settings, request)
    store = open_store(settings)
    for area in Area:  # Only an answer with a body can report a wrong key, and a lookup has none.
        await store.read(area, "never-written")
    record = BatchRecord(request, settings, attempt)
    await record.begin()
    plan = await look_up(pairs_of_batch(request, record.earlier_rows, settings), store, settings)
    prices = read_prices(settings.prices_file)
    result = _result(plan, request, settings, change_of(plan, request, record.last, prices))
    if request.name and settings.simulate_providers:
        real = manifest_key(id_of(request, replace(settings, simulate_providers=False)))
        result["has_real_page"] = await store.stat(Area.THUMBNAILS, real) is not None
    return result


def fitting_result(plan: PlanResult, most_bytes: int = MOST_BYTES) -> PlanResult:
    """Return the plan, without its steps if they take more than ``most_bytes`` of JSON."""
    return plan if len(dumps(plan["steps"])) <= most_bytes else {**plan, "steps": []}


def _result(plan: Plan, request: BatchRequest, settings: Settings, change: Change) -> PlanResult:
    """Return the plan as JSON holds it."""
    actions = Counter(pair.action for pair in plan.pairs)
    batch = id_of(request, settings)
    return {
        "batch_id": batch,
        "gallery_url": open_store(settings).link(page_key(batch)).url,
        "simulated": settings.simulate_providers,
        "has_real_page": False,
        "requested": len(plan.pairs),
        "reuse": actions["reuse"],
        "recompose": actions["recompose"],
        "refused": actions["refused"],
        "generate": actions["generate"],
        "pictures": plan.pictures,
        "change": change,
        "cost_usd": plan.estimate.cost.usd,
        "cost": str(plan.estimate),
        "left_out": request.left_out.splitlines(),
        "faults": [str(fault) for fault in plan.faults(settings)],
        "steps": _steps(plan),
    }


def _steps(plan: Plan) -> list[Step]:
    payers = {id(pair) for pair in plan.payers}
    return [
        {
            "title": pair.title,
            "model": pair.model.id,
            "served_by": pair.picture.served_by,
            "action": pair.action,
            "shared": pair.action == "generate" and id(pair) not in payers,
        }
        for pair in plan.pairs
    ]
