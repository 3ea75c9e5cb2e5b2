"""`snapthread demo` as people meet it: the command line, and the page in a real browser."""

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from tests.demo.browser import Tab, chromium, find_chromium
from tests.sandbox.worlds import picture

START_S = 600.0  # a busy machine of two cores needs 30
STOP_S = 600.0
LEAK = "sk-leak-0123456789"
PANE = ".chat:not([hidden])"
SAID = f"[...document.querySelectorAll('{PANE} .message.in:not(.is-draft) .text')]"
SCROLLER = f"document.querySelector('{PANE} .scroller')"
STOP = (
    f"[...document.querySelectorAll('{PANE} .inline-buttons button')]"
    ".find(button => ['Stop', 'Стоп'].includes(button.textContent))"
)
IS_QUIET = f"!{STOP}"


def environ(tmp_path: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "TMPDIR": str(tmp_path),
        "OPENAI_API_KEY": LEAK,
        "BOT_TOKEN": f"123456:{LEAK}",
    }


def run_demo(tmp_path: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "snapthread", "demo", "--no-browser", *arguments],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "NO_COLOR": "1", **more},
        capture_output=True,
        text=True,
        timeout=START_S,
        check=False,
    )


def test_a_port_in_use_is_one_sentence(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_demo(tmp_path, "--port", str(port))

    assert done.returncode == 1
    assert done.stdout == ""
    assert re.fullmatch(rf"snapthread: Port {port} .* cannot be used .*\n", done.stderr)


def test_a_real_service_without_its_key_is_wrong_use(tmp_path: Path) -> None:
    done = run_demo(tmp_path, "--port", "0", "--real-openai", "--real-telegram")

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "TELEGRAM_BOT_TOKEN is required.",
        "OPENAI_API_KEY is required.",
    ]


# ---------------------------------------------------------------- in a browser


def log_of(tmp_path: Path) -> int:
    return os.open(tmp_path / "log", os.O_WRONLY | os.O_CREAT)


@asynccontextmanager
async def a_demo(tmp_path: Path) -> AsyncIterator[tuple[Process, str]]:
    log = log_of(tmp_path)
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "snapthread", "demo"),
        *("--port", "0", "--no-browser", "--stand-in"),
        cwd=tmp_path,
        env=environ(tmp_path),
        stdout=PIPE,
        stderr=log,
    )
    os.close(log)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(START_S):
            line = (await process.stdout.readline()).decode()
        found = re.fullmatch(r"Snapthread demo: (http://127\.0\.0\.1:\d+)\n", line)
        assert found, line
        yield process, found.group(1)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Visitor:
    """Somebody at the page."""

    def __init__(self, tab: Tab) -> None:
        self.tab = tab

    async def says(self, text: str) -> None:
        await self.tab.run(f"document.querySelector('{PANE} textarea').focus()")
        await self.tab.type(text)
        await self.tab.enter()

    async def hears(self, words: str, *, after: int) -> None:
        """The answer that follows so many answers, whole."""
        answer = f"{SAID}.length > {after} && {IS_QUIET} && {SAID}.at(-1).textContent"
        await self.tab.until(f"({answer} || '').includes('{words}')")

    async def heard(self) -> int:
        return int(await self.tab.run(f"{SAID}.length"))

    async def asks(self, text: str, answer: str) -> None:
        before = await self.heard()
        await self.says(text)
        await self.hears(answer, after=before)

    async def pastes(self, *colours: str) -> None:
        """Images from the clipboard, drawn in the browser."""
        script = (
            "(async () => { const data = new DataTransfer();"
            " for (const colour of COLOURS) {"
            "  const canvas = new OffscreenCanvas(300, 200), c = canvas.getContext('2d');"
            "  c.fillStyle = colour; c.fillRect(0, 0, 300, 200);"
            "  data.items.add(new File([await canvas.convertToBlob()], colour + '.png',"
            "   {type: 'image/png'})); }"
            f" document.querySelector('{PANE} textarea').dispatchEvent("
            "  new ClipboardEvent('paste', {clipboardData: data, bubbles: true})); })()"
        )
        await self.tab.run(script.replace("COLOURS", str(list(colours))))

    async def sees_event(self, name: str) -> None:
        await self.tab.until(f"document.querySelector('.turns [title=\"{name}\"]')")


async def _talk(visitor: Visitor, image: Path) -> None:
    tab = visitor.tab
    await tab.click(f"{PANE} .primary")
    await visitor.hears("/reset clears it", after=0)

    await tab.pick(f"{PANE} input[type=file]", [image])
    before = await visitor.heard()
    await visitor.says("What is it?")
    await visitor.hears("Photo 1: 600 × 400 pixels", after=before)
    for event in ("image.downloaded", "file.uploaded", "model.first_words", "part.delivered"):
        await visitor.sees_event(event)

    before = await visitor.heard()
    await visitor.pastes("red", "green")
    await visitor.says("And these?")
    await visitor.hears("Photo 3: 300 × 200 pixels", after=before)
    assert await visitor.heard() == before + 1
    assert await tab.run(f"document.querySelectorAll('{PANE} .photos.n2 img').length") == 2
    assert await tab.run("document.querySelectorAll('.files .file:not(.is-gone)').length") == 3

    await tab.click(f"{PANE} .message.out:has(.photos.n1) .reply-button")
    await visitor.asks("Once more, this one?", "Photo 1: 600 × 400")


# In the page itself: an answer may be whole before anybody looks for its beginning from here, and
# the bot may be up again before anybody looks whether it is down.
KILL_AT_FIRST_WORD = f"""
new MutationObserver((_, observer) => {{
    observer.disconnect();
    document.querySelector(".breaker.kill").click();
}}).observe(document.querySelector("{PANE} .live"), {{childList: true, subtree: true}});
window.isSeenDown = false;
new MutationObserver((_, observer) => {{
    if (!document.querySelector(".tile.bad, .tile.busy")) return;
    window.isSeenDown = true;
    observer.disconnect();
}}).observe(document.querySelector(".panel"), {{attributes: true, childList: true, subtree: true}});
"""


async def _break(visitor: Visitor) -> None:
    tab = visitor.tab
    await tab.run("document.querySelectorAll('.files .file:not(.is-gone) .vanish')[2].click()")
    await tab.until("document.querySelector('.file.vanished')")
    await visitor.asks("Which colour has photo 1?", "Photo 1: 600 × 400")
    await visitor.sees_event("file.restored")

    await tab.click(".breaker.error")
    await tab.until("document.querySelector('.armed').textContent")
    await visitor.asks("And photo 2?", "Photo 2")
    await visitor.sees_event("assistant.again")

    before = await visitor.heard()
    await tab.run(KILL_AT_FIRST_WORD)
    await visitor.says("And photo 3?")
    await tab.until("window.isSeenDown")
    await visitor.hears("Photo 3", after=before)

    await tab.click(".breaker.pass")
    await tab.until("document.querySelectorAll('.files .file:not(.is-gone)').length === 0")
    await visitor.asks("Which colour has photo 1 now?", "Photo 1")
    await tab.until(f"document.querySelector('{PANE} .day:nth-last-child(n+2)')")


async def _hangs(visitor: Visitor) -> None:
    """A question without an answer stays on the panel: whose, for how long, what it waits for."""
    tab = visitor.tab
    await tab.click(".breaker.hang")
    await tab.until("document.querySelector('.armed').textContent")
    before = await visitor.heard()
    await visitor.says("Is photo 1 wide?")
    await tab.until("document.querySelector('.turn.is-running .waits')?.textContent.includes('60')")
    await tab.until(
        "parseFloat(document.querySelector('.turn.is-running .total').textContent) > 4.5"
    )
    card = await tab.run("document.querySelector('.turn.is-running summary').textContent")
    assert card.startswith("Ada")
    await visitor.says("/stop")
    await visitor.hears("", after=before)
    await tab.until("!document.querySelector('.turn.is-running')")


async def _grows(visitor: Visitor) -> None:
    """A composer of many lines hides no message."""
    tab = visitor.tab
    await tab.run(f"document.querySelector('{PANE} textarea').focus()")
    await tab.type("one\ntwo\nthree\nfour\nfive\nsix")
    end = f"(s => s.scrollHeight - s.scrollTop - s.clientHeight)({SCROLLER})"
    await tab.until(f"{end} < 2")
    await tab.run(
        f"(t => {{ t.value = ''; t.dispatchEvent(new Event('input')); }})"
        f"(document.querySelector('{PANE} textarea'))"
    )


async def _begins_anew(visitor: Visitor) -> None:
    tab = visitor.tab
    # Twice within five seconds, which a busy machine may need for two clicks of a mouse.
    await tab.run("for (const _ of [1, 2]) document.querySelector('.anew').click()")
    await tab.until(f"document.querySelector('{PANE} .primary')")
    await tab.until("document.querySelectorAll('.file').length === 0")
    await tab.until("!document.querySelector('.tile .link')")
    await tab.until("document.querySelector('.turns [title=\"bot.started\"]')")
    await tab.click(f"{PANE} .primary")
    await visitor.hears("/reset clears it", after=0)


async def _reset_by_keyboard(visitor: Visitor) -> None:
    tab = visitor.tab
    before = await visitor.heard()
    await tab.run(f"document.querySelector('{PANE} textarea').focus()")
    await tab.type("/re")
    await tab.until(f"document.querySelector('{PANE} ul.menu [aria-selected=true]')")
    await tab.enter()
    await visitor.hears("History and files are cleared", after=before)
    await tab.until("!document.querySelector('.lines .line')")


async def _what_was_written_while_it_sent_was_lost(visitor: Visitor) -> None:
    """It was wiped as soon as the message before it was sent, or not sent at all."""
    slow = (
        "window.sends = window.fetch; window.fetch = async (...asked) => {"
        " if (asked[0].endsWith('/text')) await new Promise((done) => setTimeout(done, 400));"
        " return window.sends(...asked); }; 0"
    )
    await visitor.tab.run(slow)
    for words in ("the first of three", "the second of three", "the third of three"):
        await visitor.says(words)
    out = f"[...document.querySelectorAll('{PANE} .message.out')].map((one) => one.innerText)"
    three = "['first', 'second', 'third'].map((nth) => `the ${nth} of three`)"
    await visitor.tab.until(f"{three}.every((words, nth) => {out}.slice(-3)[nth]?.includes(words))")
    await visitor.tab.run("window.fetch = window.sends; 0")


async def _in_a_group(visitor: Visitor) -> None:
    """Three people and a topic: what is said to others is not answered, a mention is."""
    tab, chip = visitor.tab, f"{PANE} .group-bar .chips:nth-child(2) .chip"
    await tab.click("#tab--1002001")
    await tab.click(f"{chip}:nth-child(2)")
    await visitor.says("Has anybody seen my map?")
    await tab.click(f"{chip}:nth-child(3)")
    await tab.click(f"{PANE} .mention")
    await tab.type("hello")
    await tab.enter()
    said = f"{SAID}.some((said) => said.textContent.includes('Clara: @snapthread_bot'))"
    await tab.until(said)
    heard = "[...document.querySelectorAll('.is-group .message.in .who')]"
    assert await tab.run(f"{heard}.map((who) => who.textContent)") == ["Борис", "Snapthread"]
    await _fits(tab, 1280)


async def _on_a_phone_in_russian(visitor: Visitor) -> None:
    tab = visitor.tab
    await tab.size(390, 844)
    await tab.click("#tab-1002")
    await tab.click(".language")
    assert await tab.run("document.documentElement.lang") == "ru"
    await tab.click(f"{PANE} .primary")
    await visitor.hears("Здравствуйте", after=0)
    await _fits(tab, 390)
    await tab.click("#tab-panel")
    await tab.until("document.querySelector('.panel').offsetParent !== null")
    await _fits(tab, 390)
    await tab.size(320, 640)
    await _fits(tab, 320)
    await tab.click(".language")
    await _fits(tab, 320)
    await tab.click("#tab-1002")
    await _fits(tab, 320)


async def _fits(tab: Tab, width: int) -> None:
    for what in ("document.documentElement", "document.querySelector('.panel')"):
        await tab.until(f"{what}.scrollWidth <= {width}")


async def _ends(process: Process, tmp_path: Path) -> None:
    """Ctrl-C ends all of it: the bot, the temporary folder; and it has printed one line."""
    assert process.stdout is not None
    bots = _children(process)
    assert len(bots) == 1
    assert not any(LEAK in _environ(bot) for bot in bots)
    process.send_signal(signal.SIGINT)
    async with asyncio.timeout(STOP_S):
        rest = await process.stdout.read()
        assert await process.wait() == 0
    assert rest == b""
    assert not any(_is_there(bot) for bot in bots)
    assert _folders(tmp_path) == []


def _children(process: Process) -> list[Path]:
    tasks = Path(f"/proc/{process.pid}/task").glob("*/children")
    return [Path("/proc", pid) for task in tasks for pid in task.read_text().split()]


def _environ(process: Path) -> str:
    return (process / "environ").read_text()


def _is_there(process: Path) -> bool:
    return process.exists()


def _folders(tmp_path: Path) -> list[Path]:
    return list(tmp_path.glob("snapthread-demo-*"))


def test_the_page_in_a_browser(tmp_path: Path) -> None:
    program = find_chromium()
    if program is None:
        pytest.skip("there is no Chromium here: the page is not driven in a browser")
    (tmp_path / ".env").write_text(f"OPENAI_API_KEY={LEAK}\nOPENAI_MODEL=no-such-model\n")
    image = tmp_path / "blue.jpg"
    image.write_bytes(picture("blue", 600, 400))

    async def story() -> None:
        async with a_demo(tmp_path) as (process, url):
            async with chromium(program) as tab:
                visitor = Visitor(tab)
                await tab.open(url)
                await tab.until(f"document.querySelector('{PANE} .primary')")
                assert await tab.run("document.activeElement.tagName") == "TEXTAREA"
                await _talk(visitor, image)
                await _hangs(visitor)
                await _grows(visitor)
                await _break(visitor)
                await _begins_anew(visitor)
                await _reset_by_keyboard(visitor)
                await _what_was_written_while_it_sent_was_lost(visitor)
                await _in_a_group(visitor)
                await _on_a_phone_in_russian(visitor)
                assert tab.troubles == []
            await _ends(process, tmp_path)

    asyncio.run(story())
