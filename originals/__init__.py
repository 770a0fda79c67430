"""Gets the picture that a title is set on: found in the store, or claimed, bought, entered in its ledger and stored."""
