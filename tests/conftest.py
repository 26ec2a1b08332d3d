"""What every test may ask for: the bench of real servers, and an office to work in."""

pytest_plugins = ["tests.support.fixtures", "tests.support.office"]
