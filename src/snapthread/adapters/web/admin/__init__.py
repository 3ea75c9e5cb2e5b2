"""The admin page: what the bot costs and how it does, for the operator's eyes. No content.

budgets.py        how much of each limit is used, by everybody and by those nearest to theirs
cards.py          cards: a figure under its title, as a table, bars or a chart
charts.py         charts as SVG, made on the server
everyone.py       reads invitations and messages to all into figures
everyone_acts.py  acts that are for everybody, and their two pages: invitations, broadcasts
everyone_page.py  the pages of invitations and of broadcasts: without a script, each act a form
figure.py         a figure of the page: a plain table, of which its chart and its CSV are made
files.py          a figure as a CSV file (RFC 4180), safe to open in a spreadsheet
formats.py        numbers as people read them: dollars, durations, sizes, days
gate.py           entrance by a cookie or a token; and that what is sent came from our own page
language.py       the language of the page that is being made
login.py          login by ADMIN_TOKEN
markup.py         templates of HTML that escape by themselves: only what a template made is markup
page.py           the pages themselves, made of the figures of a report
parts.py          the templates of the admin page, from the whole to its parts
person.py         reads one person into figures
person_page.py    the page of one person, with what an operator may do for or against them
present.py        figures of this moment: files at OpenAI, and what waits
reading.py        reads the store into the figures of one period
responses.py      answers of the admin page, with the headers that each of them carries
routes.py         the admin page over HTTP: which page is where, and what its forms do
status.py         the running process: its health, what it does now, what went wrong last
sums.py           figures from the sums of each day: by day, by model, by user
tables.py         a figure's rows as a table; people in it lead to their own page
turns.py          figures from single turns: how long they take and how they end
"""

from snapthread.adapters.web.admin.routes import Admin

__all__ = ["Admin"]
