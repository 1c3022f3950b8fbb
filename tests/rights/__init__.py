"""Who may read and change what billing rights and figures hang on."""
