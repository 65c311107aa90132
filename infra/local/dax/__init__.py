"""A local stand-in for DAX: what Amazon's client says over its wire, answered from DynamoDB and two caches.

It is compatible with the client and was never compared with a real cluster.
"""
