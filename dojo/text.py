"""Text from student code, made safe to show."""

from dojo.views.text import clean as clean
