"""Requests of networks are lent to whoever scores, and kept for the next one."""

from __future__ import annotations

import threading

import pytest

from detectors.runtime import _Pool


def test_threads_that_come_and_go_share_one_set():
    made = []
    pool = _Pool(lambda: made.append(object()) or made[-1])

    def score():
        with pool.lend() as requests:
            assert requests is made[0]

    for _ in range(20):
        thread = threading.Thread(target=score)
        thread.start()
        thread.join()
    assert len(made) == 1


def test_who_scores_at_the_same_time_never_shares_a_set():
    pool = _Pool(object)
    with pool.lend() as one, pool.lend() as other:
        assert one is not other
    with pool.lend() as one_again, pool.lend() as other_again:
        assert {one_again, other_again} == {one, other}


def test_a_set_is_not_used_again_after_an_error():
    pool = _Pool(object)
    with pytest.raises(ZeroDivisionError), pool.lend() as broken:
        raise ZeroDivisionError
    with pool.lend() as fresh:
        assert fresh is not broken
