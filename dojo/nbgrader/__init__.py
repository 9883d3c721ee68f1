"""What nbgrader loads of the kit, through the places that it offers for that: see `config`."""
