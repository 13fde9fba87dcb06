"""Exports of known products: recognised by their fields, read under the names that the intake knows."""
