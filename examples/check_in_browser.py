"""Write the page that checks workbooks in the browser, to be put on any web server."""

from pathlib import Path

from backprop_xlsx.site.building import build_site

site = build_site(Path("site"))
print(f"{site.folder}/index.html: {site.megabytes:.1f} MB on the first visit")
print("to look at it: python -m http.server --directory site")
