"""Makes `pytest graders` grade what stands in exercises/."""

pytest_plugins = ["dojo.pytest_plugin"]
