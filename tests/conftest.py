"""What every test may ask for: real servers, an office to work in, and a browser to look at it."""

pytest_plugins = ["tests.support.fixtures", "tests.support.office", "tests.support.browser"]
