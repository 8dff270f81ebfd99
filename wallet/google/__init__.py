"""Google Wallet, without a socket: what we send, what its answers mean, what it tells us."""
