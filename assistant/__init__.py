"""The running product: intake, asking, statistics, HTTP API, web chat and command line."""
