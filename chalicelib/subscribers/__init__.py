"""Readers who get new posts by mail: they confirm first, are welcomed once, and leave with one click."""
