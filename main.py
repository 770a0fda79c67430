"""The Render worker's start command: ``python main.py``."""

import gc
import logging

if __name__ == "__main__":
    gc.set_threshold(50_000)  # From 700: collecting garbage takes a seventh of the CPU of a leaf's imports.

from settings import log_level
from tasks import app

if __name__ == "__main__":
    logging.basicConfig(level=log_level(), format="%(levelname)s %(name)s: %(message)s")
    app.start()
