"""A draft knows that it is out of date, and is made anew."""
