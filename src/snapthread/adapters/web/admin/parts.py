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
REFRESH_SOON: Final = Template('<meta http-equiv="refresh" content="10; url=/admin/broadcasts">')

LOGIN: Final = Template("""\
<main class="login"><h1>Snapthread</h1><form method="post" action="/admin/login">{note}\
<label for="token">[[Admin token]]</label>\
<input id="token" name="token" type="password" required autofocus autocomplete="current-password">\
<button>[[Log in]]</button></form></main>""")

TOP: Final = Template("""\
<header><div><h1>Snapthread</h1><p class="soft">{day} {at:%Y, %H:%M} UTC</p></div>\
<nav aria-label="[[Period]]">{periods}</nav>\
<nav aria-label="[[Pages]]"><a href="/admin/invites">[[Invitations]]</a>\
<a href="/admin/broadcasts">[[Broadcasts]]</a></nav>\
<nav aria-label="[[Pages]]"><a href="/readyz">readyz</a><a href="/metrics">metrics</a></nav>\
<form method="post" action="/admin/logout">\
<input type="hidden" name="form" value="{form}">\
<button class="plain">[[Log out]]</button></form>\
</header>""")
PERSON_TOP: Final = Template("""\
<header><div><h1>[[User]] {id}</h1><p class="soft">{day} {at:%Y, %H:%M} UTC</p>{state}</div>\
<nav aria-label="[[Pages]]"><a href="/admin">[[All figures]]</a></nav>\
<form method="post" action="/admin/logout">\
<input type="hidden" name="form" value="{form}">\
<button class="plain">[[Log out]]</button></form>\
</header>""")
ACTS: Final = Template("""\
<section class="card wide" aria-labelledby="acts">\
<div class="head"><h2 id="acts">[[What you can do]]</h2></div>{note}{acts}</section>""")
BAN: Final = Template("""\
<form class="find" method="post" action="/admin/ban">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<p class="soft">[[Ban: from now on they get no answers, in groups either.]]</p>\
<button class="act danger">[[Ban]]</button></form>""")
UNBAN: Final = Template("""\
<form class="find" method="post" action="/admin/unban">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<button class="act">[[Lift the ban]]</button></form>""")
SET_LIMITS: Final = Template("""\
<form class="find" method="post" action="/admin/limit">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<p class="soft">[[Their own limits, such as messages=50 cost=0.50. Empty: as for everyone.]]</p>\
<label for="limits">[[Limits]]</label>\
<input id="limits" name="limits" value="{limits}" autocomplete="off">\
<button class="act">[[Set]]</button></form>""")
ERASE: Final = Template("""\
<form class="find" method="post" action="/admin/erase">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<p class="soft">[[Erase: the conversation, the files, what waits and what was used, for\
 ever. The totals keep the sums without the name.]]</p>\
<label for="again">[[The user id once more]]</label>\
<input id="again" name="again" inputmode="numeric" required autocomplete="off">\
<button class="act danger">[[Erase everything]]</button></form>""")
EVERYONE_TOP: Final = Template("""\
<header><div><h1>{title}</h1><p class="soft">{day} {at:%Y, %H:%M} UTC</p></div>\
<nav aria-label="[[Pages]]"><a href="/admin">[[All figures]]</a>\
<a href="/admin/invites">[[Invitations]]</a><a href="/admin/broadcasts">[[Broadcasts]]</a></nav>\
<form method="post" action="/admin/logout">\
<input type="hidden" name="form" value="{form}">\
<button class="plain">[[Log out]]</button></form>\
</header>""")
NEW_INVITE: Final = Template("""\
<form class="find" method="post" action="/admin/invite">\
<input type="hidden" name="code" value="{code}"><input type="hidden" name="form" value="{form}">\
<p class="soft">[[A link that lets people in.]]\
 [[At most, people and days:]] {uses_most}, {days_most}.</p>\
<label for="uses">[[People]]</label>\
<input id="uses" name="uses" type="number" min="1" max="{uses_most}" value="{uses}" required>\
<label for="for-days">[[Days]]</label>\
<input id="for-days" name="days" type="number" min="1" max="{days_most}" value="{days}" required>\
<button class="act">[[Make a link]]</button></form>""")
NOT_NEEDED: Final = Template(
    '<p class="empty">[[Nobody needs an invitation here: set ACCESS=invite first.]]</p>'
)
LINK: Final = Template("""\
<p class="soft" role="status">[[The link. It is shown only this once: copy it now.]]</p>\
<p class="text"><code>{link}</code></p>""")
END_INVITE: Final = Template("""\
<form method="post" action="/admin/invite/end">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<button class="act danger" aria-label="[[End it]]: {id}">[[End it]]</button></form>""")
WRITE: Final = Template("""\
<form class="find" method="post" action="/admin/broadcast">\
<input type="hidden" name="form" value="{form}">\
<p class="soft">[[A message to everybody who may use the bot. It is shown to you first.]]</p>\
<label for="text">[[Text]]</label>\
<textarea id="text" name="text" rows="6" maxlength="{most}" required>{text}</textarea>\
<button class="act">[[Preview]]</button></form>""")
IS_SENDING: Final = Template(
    '<p class="soft">[[One is being sent. When it is done, the next can be written here.]]</p>'
)
COMES_AFTER: Final = Template(
    '<p class="bad">[[Another one is being sent now: this one would come after it.]]</p>'
)
PREVIEW: Final = Template("""\
<section class="card wide" aria-labelledby="preview">\
<div class="head"><h2 id="preview">[[Preview]]</h2></div>\
<p class="written">{text}</p>{after}\
<p class="soft">[[Send this to everybody who may use the bot? People it knows:]] {people:,}</p>\
<form class="find" method="post" action="/admin/broadcast/start">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<button class="act">[[Send it]]</button></form>\
<form class="find" method="post" action="/admin/broadcast/stop">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<button class="act">[[Don't send it]]</button></form></section>""")
STOP: Final = Template("""\
<form method="post" action="/admin/broadcast/stop">\
<input type="hidden" name="id" value="{id}"><input type="hidden" name="form" value="{form}">\
<button class="act danger">[[Stop]]</button></form>""")
WRONG: Final = Template('<p class="bad" role="alert">{told}</p>')
PERIOD: Final = Template('<a href="/admin?days={days}">{days} [[days]]</a>')
PERIOD_SHOWN: Final = Template(
    '<a href="/admin?days={days}" aria-current="page">{days} [[days]]</a>'
)

MAIN: Final = Template("<main>{cards}</main>")
TILES: Final = Template('<dl class="tiles" aria-label="[[The last days]]: {days}">{tiles}</dl>')
TILE: Final = Template("<div><dt>{name}</dt><dd>{value}</dd>{today}</div>")
BESIDE: Final = Template('<dd class="today">{name} {value}</dd>')
TODAY: Final = Template('<dd class="today">[[today]] {value}</dd>')

STATUS: Final = Template("""\
<section class="card wide" aria-labelledby="health">\
<div class="head"><h2 id="health">[[Health]]</h2></div><p class="health {look}">{told}</p>{reasons}\
<p class="soft">Snapthread {version} [[on]] {name}, [[up for]] {up}{polled}</p></section>""")
POLLED: Final = Template(", [[Telegram last heard]] {age} [[ago]]")
REASON: Final = Template('<p class="bad">{reason}</p>')
REPLAY: Final = Template("""\
<form method="post" action="/admin/replay"><input type="hidden" name="id" value="{id}">\
<input type="hidden" name="form" value="{form}">\
<button class="act" aria-label="[[Ask again]]: {id}">[[Ask again]]</button>\
<button class="act danger" formaction="/admin/drop" aria-label="[[Drop]]: {id}">[[Drop]]</button>\
</form>""")

CARD: Final = Template("""\
<section class="card {look}" aria-labelledby="{key}"><div class="head">\
<h2 id="{key}">{title}</h2>{csv}</div>{note}{inside}</section>""")
CSV: Final = Template("""\
<a href="/admin/{key}.csv?days={days}" download aria-label="{title} [[as CSV]]">CSV</a>""")
NOTE: Final = Template('<p class="soft">{note}</p>')
EMPTY: Final = Template('<p class="empty">[[Nothing yet.]]</p>')
NO_LIMITS: Final = Template('<p class="empty">[[No limit is set.]]</p>')
UNPRICED: Final = Template('<p class="bad">[[Turns without a known price:]] {turns:,}</p>')
FOLDED: Final = Template("<details><summary>[[Table]]</summary>{table}</details>")

TABLE: Final = Template("""\
<div class="scroll" tabindex="0"><table{look}><thead><tr>{heads}</tr></thead>\
<tbody>{rows}</tbody></table></div>{rest}""")
REST: Final = Template('<p class="soft">[[More in the CSV:]] {more:,}</p>')
NO_HEAD: Final = Template("<td></td>")
HEAD: Final = Template('<th scope="col" class="{side}">{heading}</th>')
ROW: Final = Template('<tr><th scope="row">{first}{bar}</th>{cells}</tr>')
CELL: Final = Template('<td class="{side}">{text}</td>')
# On a phone the rows of such a table are blocks, each cell behind its heading.
ACTED: Final = Template(' class="acted"')
NAMED_CELL: Final = Template('<td class="{side}" data-heading="{heading}">{text}</td>')

PERSON_LINK: Final = Template('<a href="/admin/person?id={id}">{text}</a>')
FIND: Final = Template("""\
<form class="find" method="get" action="/admin/person"><label for="who">[[User id]]</label>\
<input id="who" name="id" inputmode="numeric" pattern="[0-9]{{1,16}}" required>\
<button class="act">[[Look]]</button></form>""")

CHART: Final = Template("""\
<div class="chart">\
<svg class="axis" width="{axis}" height="{height}" aria-hidden="true">{marks}</svg>\
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
