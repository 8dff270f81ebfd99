"""Apple Wallet without sockets and without a clock: passes, their seal, what phones are told."""
