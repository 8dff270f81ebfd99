"""The program document, piece by piece; `wallet.domain.program_document` is its public face."""
