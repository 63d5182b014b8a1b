"""What crosses the border of the dashboard's routes, one file per noun."""
