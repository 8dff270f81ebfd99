"""The rows of the tables, as PynamoDB sees them; `tables.py` says what their keys look like."""
