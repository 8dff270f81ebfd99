"""The phone: a page that does what a wallet on a phone does, so that one sees a stamp land."""
