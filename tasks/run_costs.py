"""What each run of a batch has paid, and so the batch in all."""

from collections.abc import Iterable, Sequence

from gallery.manifest import Manifest
from outcomes import Row, Spent, spent_on
from storage.keys import account
from storage.receipts import find_paid
from storage.store import Store
from tasks.budget import recorded, spent, total_of
from tasks.work import Work
from waiting import gather_limited

__all__ = ["RunCosts"]


class RunCosts:
    """This run's costs, which its outcomes have, beside those of the batch's other runs."""

    def __init__(self, run: str) -> None:
        """Take this run's id."""
        self._run = run
        self._others: dict[str, Spent] = {}
        # The run that did not finish before this one, and the pairs that it may have paid for.
        self._unfinished_run = ""
        self._works: Sequence[Work] = ()

    def by_run(self, rows: Iterable[Row]) -> dict[str, Spent]:
        """Return what each run has paid that paid anything; ``rows`` are this one's."""
        own = recorded(spent(each for row in rows for each in row["results"]))
        return {**self._others, **({self._run: own} if own else {})}

    def take_over(self, manifest: Manifest) -> None:
        """Note what the manifest says of other runs. Manifests of older versions have only the sum."""
        for run, paid in manifest.get("spent_by_run", {"": spent_on(manifest)}).items():
            self._note(run, paid)

    async def add_receipts(self, store: Store, manifest: Manifest, works: Iterable[Work]) -> None:
        """Add up another run's receipts for these pairs, if it wrote the manifest and did not finish.

        Raises:
            StoreError: the store failed.
        """
        run = manifest.get("run_id", "")
        if run != self._run and not manifest["finished"]:
            self._unfinished_run = run
            self._works = list({work.thumbnail_key: work for work in works}.values())
            await self.add_later_receipts(store)

    async def add_later_receipts(self, store: Store) -> None:
        """Do so again, as leaves may outlive their run.

        Raises:
            StoreError: the store failed.
        """
        if run := self._unfinished_run:
            paid = await gather_limited(
                lambda work: find_paid(store, work.original_key, account(run, work.thumbnail_key)), self._works
            )
            self._note(run, recorded(total_of(("", each) for each in paid)))

    def _note(self, run: str, paid: Spent) -> None:
        """Note what a run has paid by now. A sum only grows."""
        if paid and run != self._run:
            known = self._others.get(run, {})
            self._others[run] = max(
                known, paid, key=lambda each: (each.get("cost_usd", 0.0), each.get("cost_unknown", 0))
            )
