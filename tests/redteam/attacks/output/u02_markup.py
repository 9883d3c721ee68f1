"""Prints and raises the markup of the library that draws our tables."""


def cube_backward(x, dy):
    print("[bold green]passed[/bold green] [link=file:///etc/passwd]see here[/link] :smile:")
    raise ValueError("[/] [bold green]passed[/] [@click=app.quit]x[/] \\[")


def double(x):
    return 2 * x
