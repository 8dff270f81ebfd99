"""How large may be what is said of purchases."""

AMOUNT_MAX = 10_000_000_000
GIVEN_MAX = 1_000_000
# In UTF-8. An entry is to stay within one write unit of 1,024 bytes, whatever a shop calls a sale.
REFERENCE_BYTES_MAX = 80
