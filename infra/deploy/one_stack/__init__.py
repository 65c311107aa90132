"""A stage as one CloudFormation stack: what Chalice merges into the template of the application."""
