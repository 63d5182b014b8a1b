"""The staff's dashboard: reads and writes tables only, knows no third party."""
