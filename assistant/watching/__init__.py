"""Watches: what is looked at every week, and the alerts that fire."""
