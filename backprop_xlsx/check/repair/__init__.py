"""The smallest edit that makes a wrong formula right."""
