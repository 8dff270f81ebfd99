"""DynamoDB, through PynamoDB.

Rows and keys, packing, and the conversion of rows to domain values at the seam.
"""
