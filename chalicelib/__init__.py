"""What runs in Lambda: one package a capability, and the shared rooms they stand on.

Arrows point one way: routes and events -> service -> model -> store.
"""
