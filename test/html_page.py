"""What a test asks of an HTML page that is one file."""

import re
from html.parser import HTMLParser

VOID = {'meta', 'img', 'input', 'br', 'link', 'hr'}


class Page(HTMLParser):
    """Collects what a page refers to, and checks that its elements nest."""

    def __init__(self, text):
        super().__init__()
        self.references, self.open, self.tags = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.references += [
            value for name, value in attrs if name in ('src', 'href', 'action', 'srcset', 'data')
        ]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def is_self_contained(text):
    """Tell whether a page nests well, runs no script, and refers to nothing outside itself."""
    found = Page(text)
    outside = [r for r in found.references if not r.startswith('#')]
    words = re.sub('base64,[A-Za-z0-9+/=]+', '', text)
    return (
        all(re.match('data:image/(jpeg|png);base64,', r) for r in outside)
        and {'script', 'link', 'iframe', 'object'}.isdisjoint(found.tags)
        and not re.findall(r'(?:https?:)?//[a-z]|@import|url\(', words)
    )
