"""The whole product on one machine: the real bot as a child process, doubles around it, a page.

options.py      the options, and what can go wrong
run.py          opens everything, says when it is ready, closes everything
stage.py        what is between the browser and the bot, and one clock for all of it
environment.py  what the bot is told, and above all what it is not told
process.py      the bot as a process that can be killed and is started again
bot.py          that process's entry: `snapthread run`, with a clock that can be set forward
feed.py         the bot's log → what the page shows of it
offline.py      the offline model: installed and served in the background
"""
