"""Prints and raises what a browser would run."""


def cube_backward(x, dy):
    print("<script>alert(1)</script><img src=x onerror=alert(1)><svg/onload=alert(1)>")
    print("![](http://127.0.0.1:@PORT@/x.png) [x](javascript:alert(1)) {{7*7}} ${7*7} </textarea>")
    raise ValueError("</pre><script>alert(1)</script><!-- ]]>")


def double(x):
    return 2 * x
