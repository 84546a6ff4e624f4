"""How answers fit the truth: one file for each kind of answer, all of them pure."""
