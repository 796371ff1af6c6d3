"""Measurements, one file a group; `make bench` runs them all."""
