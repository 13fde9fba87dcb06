"""From a question to an answer with receipts: parse, plan, execute, ledger, compose."""
