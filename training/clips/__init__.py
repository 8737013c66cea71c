"""Clips that the project makes from stills: to calibrate the video detector on dev and to measure it on test."""
