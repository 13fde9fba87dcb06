"""Letting a language model choose the words of an answer, and nothing but the words."""
