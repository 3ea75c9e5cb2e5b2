"""Photos and words through a proxy of each kind: small ones of our own, and Debian's."""

import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.line.photos import photo
from tests.process.town import Town, hears
from tests.process.whole_talk import the_whole_talk
from tests.proxies import PASSWORD, USER, running
from tests.real_proxies import REAL, real_proxy


async def talk_through(town: Town, way: str, **more: str) -> str:
    """A photo is seen and a question answered; the log of the bot that did it."""
    await town.end_bots()
    bot = town.starts(cold=False, OPENAI_PROXY=way, TELEGRAM_PROXY=way, **more)
    town.bots.append(bot)
    await bot.ready()
    ada = town.newcomer()
    ada.sends_photo(photo("blue"), caption="What is it?")
    (heard,) = await hears(ada)
    assert "blue" in heard
    ada.sends("And now?")
    (heard,) = await hears(ada)
    assert heard.startswith("You said: And now?")
    bot.terminate()
    assert await bot.ended() == 0
    return bot.log


async def whole_talk_through(town: Town, way: str, *, kills: int = 0, **more: str) -> str:
    """The logs of the bots that took part."""
    before = len(town.bots)

    async def restart() -> None:
        town.bots.append(town.starts(cold=False, OPENAI_PROXY=way, TELEGRAM_PROXY=way, **more))
        await town.bots[-1].ready()

    await town.end_bots()
    await restart()
    await the_whole_talk(town, restart, kills=kills)
    town.bots[-1].terminate()
    assert await town.bots[-1].ended() == 0
    return "\n".join(bot.log for bot in town.bots[before:])


def assert_clean(log: str) -> None:
    assert not [secret for secret in (USER, PASSWORD) if secret in log]


def made_certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """To be trusted, and to serve by."""
    if shutil.which("openssl") is None:
        pytest.skip("no openssl here to make a certificate with")
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    made += ["-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    made += ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key)]
    subprocess.run([*made, "-out", str(certificate)], check=True, capture_output=True)
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(certificate, key)
    return certificate, tls


@pytest.mark.parametrize("scheme", ["http", "socks5"])
def test_everything_goes_through_the_proxy(town: Town, scheme: str) -> None:
    async def story() -> None:
        async with running(scheme) as proxy:
            assert_clean(await whole_talk_through(town, proxy.url, LOG_LEVEL="DEBUG"))
            assert set(proxy.targets) == {f"127.0.0.1:{town.port}"}

    town.play(story)


def test_a_proxy_may_speak_tls_itself(town: Town, tmp_path: Path) -> None:
    certificate, tls = made_certificate(tmp_path)

    async def story() -> None:
        async with running("https", tls=tls) as proxy:
            log = await whole_talk_through(town, proxy.url, SSL_CERT_FILE=str(certificate))
            assert_clean(log)
            assert proxy.targets

    town.play(story)


@pytest.mark.parametrize("name", REAL)
def test_a_real_proxy_leads_there(town: Town, tmp_path: Path, name: str) -> None:
    async def story() -> None:
        with real_proxy(name, tmp_path) as way:
            assert_clean(await talk_through(town, way, LOG_LEVEL="DEBUG"))

    town.play(story)


@pytest.mark.soak
@pytest.mark.parametrize("name", REAL)
def test_the_whole_talk_with_its_kills_goes_through_a_real_proxy(
    town: Town, tmp_path: Path, name: str
) -> None:
    async def story() -> None:
        with real_proxy(name, tmp_path) as way:
            assert_clean(await whole_talk_through(town, way, kills=2, LOG_LEVEL="DEBUG"))

    town.play(story)
