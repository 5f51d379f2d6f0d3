"""Checks the built documentation: links, anchors, and that reading it needs no network.

python scripts/check_site.py SITE
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# What a browser fetches by itself, and by which attribute. Links that a reader follows may lead anywhere.
FETCHED = {
    "script": ["src"],
    "link": ["href"],
    "img": ["src", "srcset"],
    "iframe": ["src"],
    "source": ["src", "srcset"],
    "video": ["src"],
    "audio": ["src"],
    "embed": ["src"],
    "object": ["data"],
    "use": ["href", "xlink:href"],
}
ELSEWHERE = re.compile(r"^(https?:)?//", re.IGNORECASE)
STYLE_FETCH = re.compile(r"(?:url\(\s*|@import\s+)['\"]?((?:https?:)?//[^'\")\s]+)", re.IGNORECASE)


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids, self.links, self.fetched = set(), [], []
        self.diagrams = False
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.diagrams |= "mermaid" in (values.get("class") or "").split()
        for name in ("id", "name"):
            if values.get(name):
                self.ids.add(values[name])
        if tag == "a" and values.get("href"):
            self.links.append(values["href"])
        if tag == "link" and values.get("rel") in ("canonical", "prev", "next"):
            return
        for name in FETCHED.get(tag, []):
            if values.get(name):
                self.fetched.append(values[name])
        if values.get("style"):
            self.fetched += STYLE_FETCH.findall(values["style"])


def main():
    site = Path(sys.argv[1]).resolve()
    pages = {path: Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    problems = []
    if not pages:
        problems.append(f"{site}: no pages")
    for path, page in pages.items():
        name = path.relative_to(site)
        if name.name == "404.html":  # its links start from wherever it is shown
            continue
        if page.diagrams:  # the theme loads Mermaid from elsewhere
            problems.append(f"{name}: has a Mermaid diagram; draw it as an SVG in docs/images")
        for fetched in page.fetched:
            if ELSEWHERE.match(fetched):
                problems.append(f"{name}: fetches {fetched} from elsewhere")
            elif not fetched.startswith(("data:", "#")):
                target = (path.parent / unquote(urlsplit(fetched).path)).resolve()
                if not target.exists():
                    problems.append(f"{name}: {fetched} is not there")
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if target.is_dir():
                target = target / "index.html"
            if not target.exists():
                problems.append(f"{name}: link to {link}, which is not there")
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                if parts.fragment != "__tabbed":
                    problems.append(f"{name}: link to {link}, which has no such place")
    for style in site.rglob("*.css"):
        for fetched in STYLE_FETCH.findall(style.read_text(encoding="utf-8")):
            problems.append(f"{style.relative_to(site)}: fetches {fetched} from elsewhere")
    for problem in problems:
        print("error:", problem, file=sys.stderr)
    if problems:
        sys.exit(1)
    print(f"{len(pages)} pages in {site}: all links lead somewhere, and reading them needs no network")


main()
