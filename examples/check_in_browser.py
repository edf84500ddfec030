"""Write the page that checks workbooks in the browser, to be put on any web server.

    python examples/check_in_browser.py

writes the folder site. The page fetches the interpreter from its own network, unless the folder
.pyodide with its files is here: then these are part of the site. It looks like
pictures/site.png, on a phone like pictures/site-phone.png.
"""

from pathlib import Path

from backprop_xlsx.site.building import build_site

interpreter = Path(".pyodide")
site = build_site(Path("site"), interpreter if interpreter.is_dir() else None)
print(f"{site.folder}/index.html: {site.megabytes:.1f} MB on the first visit")
print("to look at it: python -m http.server --directory site")
