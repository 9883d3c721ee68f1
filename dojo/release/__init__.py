"""What instructors hand out: notebooks for nbgrader, and an edition of the course for students."""
