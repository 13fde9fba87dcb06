"""Language models, where one is set: asked within limits, in a form that is given, and never trusted."""
