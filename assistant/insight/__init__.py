"""The statistics: sets of items and counts in, facts out. No text, no database, no web."""
