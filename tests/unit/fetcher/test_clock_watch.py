"""A clock that is set back is noticed once; one that is set forward, or merely drifts, is not."""

from services.fetcher.clock_watch import ClockWatch


class Clock:
    """A clock that tests set."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_only_a_step_back_is_noticed_and_once() -> None:
    wall, steady = Clock(), Clock()
    watch = ClockWatch(wall, steady)
    said = []
    for wall_step, steady_step in ((10, 10), (-3600, 1), (1, 1), (86_400, 1), (8, 10), (-86_400, 1)):
        wall.now += wall_step
        steady.now += steady_step
        said.append(watch.was_set_back())
    assert said == [False, True, False, False, False, True]
