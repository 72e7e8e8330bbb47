from tapster.engine.slots import Slots

SHORT = b"hello"
LONG = b"a long story " * 1000


def test_the_longer_a_prompt_the_higher_its_slot():
    slots = Slots(4)

    with (
        slots.place(LONG) as first,
        slots.place(SHORT) as second,
        slots.place(b"!" * 3000) as third,
        slots.place(b"?" * 1000) as fourth,
    ):
        assert (first, second, third, fourth) == (3, 0, 2, 1)


def test_a_chat_goes_back_to_the_slot_that_has_read_it():
    slots = Slots(4)
    with slots.place(LONG):
        pass
    with slots.place(SHORT * 100):
        pass

    with slots.place(LONG + b" and more") as again:
        assert again == 3


def test_a_slot_in_use_is_not_given_twice():
    slots = Slots(2)

    with slots.place(SHORT) as one, slots.place(SHORT) as other:
        assert {one, other} == {0, 1}


def test_alternatives_hold_as_many_slots():
    slots = Slots(3)

    with slots.place(SHORT, share=2) as first, slots.place(SHORT) as second:
        assert (first, second) == (0, 2)
