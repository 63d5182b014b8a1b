"""What the staff may do, one file per noun. Tables only: no third party is known here."""
