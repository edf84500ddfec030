"""How people write a book: headings, spellings, layout, cells, files."""
