"""The untrusted side: what runs beside student code. Nothing here imports anything from outside this folder."""
