"""Triage: which items need somebody first, what was done with them, and what could be answered."""
