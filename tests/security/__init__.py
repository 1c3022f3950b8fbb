"""What each role and each company reaches, over all steps."""
