"""Measuring the answers: what they say is compared with a truth that is known."""
