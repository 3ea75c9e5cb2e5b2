"""Templates escape by themselves: a name that is markup stays a name."""

import re

from snapthread.adapters.web.admin import parts
from snapthread.adapters.web.admin.markup import NOTHING, Html, Template, join

EVIL = """<script>alert("it's")</script> & {more}"""


def test_a_field_is_escaped_and_what_a_template_made_is_not() -> None:
    bold = Template("<b>{name}</b>")
    link = Template('<a title="{title}">{inside}</a>')

    told = link(title=EVIL, inside=bold(name=EVIL))

    escaped = "&lt;script&gt;alert(&quot;it&#x27;s&quot;)&lt;/script&gt; &amp; {more}"
    assert told == f'<a title="{escaped}"><b>{escaped}</b></a>'


def test_numbers_and_moments_have_their_formats() -> None:
    assert Template("{count:,} {share:.1f}%")(count=1200, share=0.25) == "1,200 0.2%"


def test_joined_markup_is_markup_and_joined_with_text_it_is_none() -> None:
    line = Template("<br>")()

    assert Template("{it}")(it=join([line, line])) == "<br><br>"
    assert Template("{it}")(it=line + "<i>") == "&lt;br&gt;&lt;i&gt;"
    assert isinstance(NOTHING, Html)


def test_every_field_in_an_attribute_of_the_page_stands_in_quotes() -> None:
    sources = [part._source for part in vars(parts).values() if isinstance(part, Template)]

    assert len(sources) > 20
    assert not [source for source in sources if re.search(r"\s[\w-]+=\{", source)]
