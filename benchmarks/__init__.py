"""What the platform costs, measured beside a floor and beside the common style. See README.md."""
