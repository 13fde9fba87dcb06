"""Keeps and finds feedback: SQL store (the truth), tag bitmaps, full text, vector index, hybrid search."""
