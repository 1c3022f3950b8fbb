"""In a browser: the tours of the routine, and the tests of the components."""
