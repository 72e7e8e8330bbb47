"""Passwords: hard to guess from what is kept, and told alike whether there is one or not."""

import asyncio
import threading

import pytest

from tapster.core.errors import InvalidInput, TooOften
from tapster.core.secrets import Secret
from tapster.vault import Passwords
from tapster.vault.masters import Cost

CHEAP = Cost(passes=1, memory=8, lanes=1)
GOOD = Secret("correct horse battery")


@pytest.fixture
def passwords():
    passwords = Passwords(CHEAP)
    yield passwords
    passwords.close()


async def test_only_the_password_itself_fits(passwords):
    sealed = await passwords.seal(GOOD)

    assert await passwords.fits(sealed, GOOD)
    for wrong in ("correct horse batter", "correct horse battery ", "", sealed, "x" * 100_000):
        assert not await passwords.fits(sealed, Secret(wrong))


async def test_what_is_kept_is_argon2id_with_a_salt_of_its_own_and_a_real_cost():
    passwords = Passwords()
    first, second = await passwords.seal(GOOD), await passwords.seal(GOOD)
    passwords.close()

    assert first.startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert first != second
    assert GOOD.reveal() not in first


async def test_every_keyboards_spelling_of_a_letter_is_the_same_password(passwords):
    sealed = await passwords.seal(Secret("caf\u00e9 au lait"))

    assert await passwords.fits(sealed, Secret("cafe\u0301 au lait"))


async def test_where_there_is_no_password_the_same_work_is_done_and_nothing_fits(passwords):
    # The decoy has the very cost of a real one, so that time tells no names.
    assert passwords._decoy().split("$")[1:4] == (await passwords.seal(GOOD)).split("$")[1:4]
    assert not await passwords.fits(None, GOOD)
    assert not await passwords.fits(None, Secret(""))


@pytest.mark.parametrize("sealed", ["", "x", "$argon2id$", "$argon2id$v=19$m=8,t=1,p=1$!!$!!"])
async def test_a_damaged_hash_fits_nothing(passwords, sealed):
    assert not await passwords.fits(sealed, GOOD)


@pytest.mark.parametrize("wrong", ["", "short", "x" * 1025, "with\na line", "half \ud800 a sign"])
async def test_a_password_nobody_should_have_is_refused(passwords, wrong):
    with pytest.raises(InvalidInput) as refused:
        await passwords.seal(Secret(wrong))

    assert refused.value.field == "password"
    assert not wrong or wrong not in refused.value.message


async def test_few_are_worked_on_at_once_and_few_wait(passwords):
    gate = threading.Event()
    begun = [asyncio.ensure_future(passwords._work(gate.wait)) for _ in range(16)]
    await asyncio.sleep(0)

    with pytest.raises(TooOften):
        await passwords.fits(None, GOOD)
    # Who leaves does not make room: the work goes on.
    begun[-1].cancel()
    await asyncio.sleep(0)
    with pytest.raises(TooOften):
        await passwords.fits(None, GOOD)

    gate.set()
    await asyncio.gather(*begun[:-1])
    assert not await passwords.fits(None, GOOD)
