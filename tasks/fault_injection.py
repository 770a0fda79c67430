"""A crash on purpose, to watch a retry: one model's first attempt fails in every row, once its picture is paid for.

The siblings go on, the retry finds the picture in the store, and the batch's result is the same as without.
"""

from errors import InjectedCrashError
from storage.store import Area, Store, StoredObject

__all__ = ["crash_once"]


async def crash_once(store: Store, key: str, run_id: str | None) -> None:
    """Fail the first of a run's attempts at a thumbnail. What tells the next one from it is a small mark in the store.

    Raises:
        InjectedCrashError: this was the first attempt.
    """
    mark = StoredObject(b"crashed here once", "text/plain")
    if await store.create(Area.ORIGINALS, f"crashes/{run_id or 'run'}/{key}", mark) is not None:
        raise InjectedCrashError("Crashed on purpose, as CRASH_FIRST_ATTEMPT_OF_MODEL asks for; the retry goes on.")
