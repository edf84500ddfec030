"""A static page that checks and makes workbooks in the browser: written here, run by Pyodide."""
