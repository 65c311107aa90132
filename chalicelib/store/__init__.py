"""How models reach DynamoDB: one shared client, conditional writes, pages, cursors, the idempotency ledger."""
