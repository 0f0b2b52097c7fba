"""Dovetail proves that the parts of a multi-service system work together."""
