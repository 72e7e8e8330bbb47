from datetime import UTC, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tapster.formats.send_dates import read_date, write_date

NOON = 1_718_971_200.0  # 2024-06-21 12:00 UTC


@pytest.mark.parametrize(
    ("said", "moment"),
    [
        ("June 21, 2024 12:00pm", NOON),
        ("Jun 21, 2024 12:00 PM", NOON),
        ("June 21, 2024 12:05am", NOON - 12 * 3600 + 300),
        ("June 21, 2024 2:20pm", NOON + 8_400),
        ("2024-6-21@12h00m00s", NOON),
        ("2024-06-21@12h0m1s", NOON + 1),
        ("2024-6-21 @12h 00m 50s 682ms", NOON + 50.682),
        ("2024-6-21 @12h 00m 50s", NOON + 50),
        (1_718_971_200_000, NOON),
        (1_718_971_200_500.0, NOON + 0.5),
        (1_718_971_200, NOON),
        ("1718971200000", NOON),
        ("1718971200", NOON),
        ("2024-06-21T12:00:00.000Z", NOON),
        ("2024-06-21T14:00:00+02:00", NOON),
        ("2024-06-21 12:00:00", NOON),
    ],
)
def test_every_way_dates_were_written_is_read(said, moment):
    assert read_date(said, zone=UTC) == pytest.approx(moment, abs=0.0005)


def test_a_date_without_a_zone_is_read_in_the_one_that_is_given():
    east = timezone(timedelta(hours=2))

    assert read_date("2024-6-21@14h00m00s", zone=east) == NOON
    assert read_date("June 21, 2024 2:00pm", zone=east) == NOON
    assert read_date("2024-06-21T12:00:00Z", zone=east) == NOON


@pytest.mark.parametrize(
    "said",
    [
        *(None, True, "", "yesterday", "Juni 19, 2023 2:20pm"[:4], "February 30, 2024 1:00pm"),
        *("2024-13-1@01h01m01s", "2024-1-1@25h01m01s", -1, 1e300),
        *(float("nan"), float("inf"), [], {}, "٢٠٢٤-٦-٢١@12h00m00s", "0001-01-01T00:00:00Z"),
    ],
)
def test_what_is_no_date_is_none(said):
    assert read_date(said, zone=UTC) is None


@given(st.integers(min_value=0, max_value=4_000_000_000_000))
def test_what_is_written_is_read_again(thousandths):
    moment = thousandths / 1000

    assert read_date(write_date(moment), zone=UTC) == pytest.approx(moment, abs=0.0006)


@given(st.text() | st.floats() | st.integers())
def test_nothing_that_is_said_breaks_the_reading(said):
    moment = read_date(said, zone=UTC)

    assert moment is None or 0 <= moment < 1e11
