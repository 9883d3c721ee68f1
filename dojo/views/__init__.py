"""What the terminal shows: each module here turns plain records into one kind of picture."""
