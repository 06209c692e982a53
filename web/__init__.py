"""The clerk's page and the payment webhook; a client of the bus like any other."""
