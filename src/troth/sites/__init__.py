"""Sites and services outside: their keys, what each may do, and for whom it may act."""
