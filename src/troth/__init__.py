"""Troth: a server that makes a privacy policy true."""

__version__ = "0.1.0"
