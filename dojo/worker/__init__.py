"""The untrusted side: what runs beside student code. Nothing here imports from outside this folder."""
