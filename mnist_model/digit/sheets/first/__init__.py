"""The first sheet: a page to paint on or squares to type into, and what the network reads."""
