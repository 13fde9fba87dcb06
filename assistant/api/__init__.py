"""The HTTP API under `/v1`: one module per resource, its schemas beside its routes."""
