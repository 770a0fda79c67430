"""Reproduces the figures in docs/figures.md: ``make bench`` runs all modules, and each runs by itself.

Speed is a ratio of two things measured in turn in one run, because machines differ and are noisy.
"""
