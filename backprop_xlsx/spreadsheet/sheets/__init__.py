"""What all sheets that the project writes share: pages, the theme, grids of coloured cells."""
