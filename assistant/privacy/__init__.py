"""Erasure with a certificate, retention, and what is kept of one person."""
