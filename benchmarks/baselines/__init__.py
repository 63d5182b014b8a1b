"""What the platform is compared with. Frozen: see README.md."""
