"""`./zimmer soak`: customers buy while everything fails, and afterwards the bank's books are held against ours."""
