"""The Render worker's start command: ``python main.py``."""

import gc
import logging

if __name__ == "__main__":
    gc.disable()  # Looking for garbage in what a leaf imports takes a twelfth of its CPU; a parent turns it on again.

from settings import log_level
from tasks import app

if __name__ == "__main__":
    logging.basicConfig(level=log_level(), format="%(levelname)s %(name)s: %(message)s")
    app.start()
