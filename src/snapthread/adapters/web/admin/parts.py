"""The templates of the admin page, from the whole to its parts."""

from typing import Final

from snapthread.adapters.web.admin.markup import Template

WHOLE: Final = Template("""\
<!doctype html><html lang="{language}"><head><meta charset="utf-8">{refresh}\
<meta name="viewport" content="width=device-width, initial-scale=1">\
<meta name="color-scheme" content="light dark"><meta name="robots" content="noindex">\
<title>[[Snapthread: admin]]</title><link rel="stylesheet" href="/admin/style.css">\
</head><body>{body}</body></html>""")

REFRESH: Final = Template('<meta http-equiv="refresh" content="60">')

LOGIN: Final = Template("""\
<main class="login"><h1>Snapthread</h1><form method="post" action="/admin/login">{note}\
<label for="token">[[Admin token]]</label>\
<input id="token" name="token" type="password" required autofocus autocomplete="current-password">\
<button>[[Log in]]</button></form></main>""")
WRONG_LOGIN: Final = Template('<p class="bad" role="alert">{told}</p>')

TOP: Final = Template("""\
<header><div><h1>Snapthread</h1><p class="soft">{day} {at:%Y, %H:%M} UTC</p></div>\
<nav aria-label="[[Period]]">{periods}</nav>\
<nav aria-label="[[Pages]]"><a href="/readyz">readyz</a><a href="/metrics">metrics</a></nav>\
<form method="post" action="/admin/logout"><button class="plain">[[Log out]]</button></form>\
</header>""")
PERIOD: Final = Template('<a href="/admin?days={days}">{days} [[days]]</a>')
PERIOD_SHOWN: Final = Template(
    '<a href="/admin?days={days}" aria-current="page">{days} [[days]]</a>'
)

MAIN: Final = Template("<main>{cards}</main>")
TILES: Final = Template('<dl class="tiles" aria-label="[[The last days]]: {days}">{tiles}</dl>')
TILE: Final = Template("<div><dt>{name}</dt><dd>{value}</dd></div>")

STATUS: Final = Template("""\
<section class="card wide" aria-labelledby="health">\
<div class="head"><h2 id="health">[[Health]]</h2></div><p class="{look}">{told}</p>{reasons}\
<p class="soft">Snapthread {version} [[on]] {name}, [[up for]] {up}</p></section>""")
REASON: Final = Template('<p class="bad">{reason}</p>')
REPLAY: Final = Template("""\
<form method="post" action="/admin/replay"><input type="hidden" name="id" value="{id}">\
<button class="plain">[[Ask again]]: {id}</button></form>""")

CARD: Final = Template("""\
<section class="card {look}" aria-labelledby="{key}"><div class="head">\
<h2 id="{key}">{title}</h2><a href="/admin/{key}.csv?days={days}" download \
aria-label="{title} [[as CSV]]">CSV</a></div>{note}{inside}</section>""")
NOTE: Final = Template('<p class="soft">{note}</p>')
EMPTY: Final = Template('<p class="empty">[[Nothing yet.]]</p>')
UNPRICED: Final = Template('<p class="bad">[[Turns without a known price:]] {turns:,}</p>')
FOLDED: Final = Template("<details><summary>[[Table]]</summary>{table}</details>")

TABLE: Final = Template("""\
<div class="scroll" tabindex="0"><table><thead><tr>{heads}</tr></thead>\
<tbody>{rows}</tbody></table></div>{rest}""")
REST: Final = Template('<p class="soft">[[More in the CSV:]] {more:,}</p>')
HEAD: Final = Template('<th scope="col" class="{side}">{heading}</th>')
ROW: Final = Template('<tr><th scope="row">{first}{bar}</th>{cells}</tr>')
CELL: Final = Template('<td class="{side}">{text}</td>')

CHART: Final = Template("""\
<div class="chart"><svg class="axis" height="{height}" aria-hidden="true">{marks}</svg>\
<svg class="plot" height="{height}" role="img" aria-label="{summary}">\
{lines}{bars}{days}</svg></div>""")
MARK: Final = Template('<text x="100%" y="{y:.0f}">{text}</text>')
LINE: Final = Template('<line x1="0" x2="100%" y1="{y:.0f}" y2="{y:.0f}"/>')
BAR: Final = Template("""\
<g><title>{told}</title>\
<rect class="day" x="{day_x:.3f}%" y="{above}" width="{day_width:.3f}%" height="{full}"/>\
<rect class="bar" x="{x:.3f}%" y="{y:.1f}" width="{width:.3f}%" height="{height:.1f}" rx="2"/>\
</g>""")
DAY: Final = Template('<text x="{x:.2f}%" y="{y}" class="{anchor}">{text}</text>')
SHARE: Final = Template('<svg class="share" height="8" aria-hidden="true">{bars}</svg>')
SHARE_BAR: Final = Template('<rect class="{look}" width="{width:.2f}%" height="8" rx="4"/>')
