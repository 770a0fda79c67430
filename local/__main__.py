"""``python -m local batch.json``."""

import sys

if __name__ == "__main__":
    try:
        try:
            from local.command_line import main
        except ModuleNotFoundError as error:
            sys.exit(f"{error}. Run `make batch` once, which installs what is needed, and use .venv/bin/python")
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:  # Before anything was started.
        sys.exit(130)
