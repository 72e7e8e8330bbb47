"""What runs on its own is told to end before all is closed."""

import asyncio

from tapsters import open_tapster


async def test_everything_that_runs_gets_the_grace(tmp_path):
    told = []

    async def close(grace):
        told.append(grace)

    async with open_tapster(tmp_path) as tapster:
        tapster.finishing += [close, close]
        await tapster.finish(3.0, hurry=asyncio.Event())

    assert told == [3.0, 3.0]


async def test_in_a_hurry_it_is_told_to_end_at_once(tmp_path):
    told = []
    hurry = asyncio.Event()

    async def close(grace):
        told.append(grace)
        await asyncio.sleep(grace)

    async with open_tapster(tmp_path) as tapster:
        tapster.finishing.append(close)
        asyncio.get_running_loop().call_later(0.05, hurry.set)
        async with asyncio.timeout(20):
            await tapster.finish(60.0, hurry=hurry)

    assert told == [60.0, 0.0]
