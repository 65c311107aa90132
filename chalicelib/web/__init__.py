"""HTTP without a framework: requests in, replies out, problems, entity tags, validation, OpenAPI.

Only `routes` here knows Chalice.
"""
