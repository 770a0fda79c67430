"""The contrast of every template on difficult pictures: ``python -m benchmarks.legibility``."""

from compositing.templates import TEMPLATES
from testing.contrast import PICTURES, contrast


def main() -> None:
    """Print the contrast by picture and template, and the lowest of each template."""
    print("Contrast of the least legible letter with its surroundings (WCAG AA: 4.5)\n")
    print(f"{'':16}" + "".join(f"{template:>16}" for template in TEMPLATES))
    lowest = dict.fromkeys(TEMPLATES, 21.0)
    for name in PICTURES:
        found = {template: contrast(name, template) for template in TEMPLATES}
        lowest = {template: min(lowest[template], value) for template, value in found.items()}
        print(f"{name:16}" + "".join(f"{value:16.1f}" for value in found.values()))
    print(f"{'lowest':16}" + "".join(f"{value:16.1f}" for value in lowest.values()))


if __name__ == "__main__":
    main()
