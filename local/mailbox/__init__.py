"""A pretend Amazon SES: it speaks version 2 of SES's interface, delivers nothing, and shows what it was given."""
