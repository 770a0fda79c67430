"""Reproduces the figures in docs/figures.md: ``make bench`` runs all modules; each also runs on its own.

Speed is a ratio of two things measured in turn in one run, because machines differ and are noisy.
"""
