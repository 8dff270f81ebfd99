"""DynamoDB, through PynamoDB: rows and keys, packing, and their conversion to domain values."""
