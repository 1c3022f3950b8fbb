"""What tests are built from, and tests of what every step uses."""
