"""Measures detectors: one row a file, and every number and figure from rows alone."""
