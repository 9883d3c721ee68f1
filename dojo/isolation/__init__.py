"""How strong the walls around student code are: which there can be, and which have just been proven."""
