"""The web pages: Jinja templates and ES modules over the public API, without a build step."""
