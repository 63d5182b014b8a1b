"""What `sam deploy` uploads: built, measured, and held to the rules it must keep."""
