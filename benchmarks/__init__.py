"""The figures in docs/figures.md, each reproducible: ``make bench`` runs them all, and each module runs by itself.

Speed is shown as a ratio of two things measured in turn in one run, for machines differ and are noisy.
"""
