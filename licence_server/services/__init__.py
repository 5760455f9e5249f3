"""Use cases. A public function is one use case and one transaction, its audit entry in the same one.

Every function takes the Runtime, the moment `now` where time matters, and `actor`, who acts, where
something is changed.
"""
