"""What crosses the border of the support routes."""
