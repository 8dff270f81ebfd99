"""How an entry came about, step by step, worked out again from what the ledger keeps."""
