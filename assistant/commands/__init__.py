"""What each command of `earmark` does, once its arguments are read."""
