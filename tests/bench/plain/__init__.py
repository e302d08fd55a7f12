"""The plain app: the same evidence as a careful developer would serve it with Django and the usual packages."""
