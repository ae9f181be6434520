"""Dispatch: requested notifications to receivers, in order, at the receiver's pace, until they are delivered."""
