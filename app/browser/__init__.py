"""Screenshots: capture and compare, by Playwright and Chromium."""
