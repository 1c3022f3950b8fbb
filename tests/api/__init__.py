"""What other systems call: plain values in and out."""
