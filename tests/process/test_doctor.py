"""`snapthread doctor` and `snapthread health` beside a bot that runs."""

from tests.process.town import Town


def test_beside_a_running_bot_both_say_that_it_is_well(town: Town) -> None:
    async def story() -> None:
        await town.bot()
        before = len(town.telegram.calls)
        port = town.bots[-1].settings["HTTP_PORT"]
        more = {"OPENAI_SEES": "no", "HTTP_PORT": port}
        checks = (await town.command("doctor", "--json", **more))["checks"]
        by_name = {check["name"]: check for check in checks}
        assert by_name["bot.ready"]["ok"] is True
        assert by_name["bot.poll"]["say"].endswith("s ago.")
        assert by_name["telegram.poller"]["say"] == "This bot runs, so nobody else was looked for."
        assert by_name["telegram.commands"]["ok"] is True
        polls = [call for call in town.telegram.calls[before:] if call.method == "getUpdates"]
        assert all("allowed_updates" in poll.params for poll in polls)  # as only the bot's have
        assert await town.exit_status("health") == 0

    town.play(story)
