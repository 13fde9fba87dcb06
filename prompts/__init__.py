"""Prompts for language models, as versioned data."""
