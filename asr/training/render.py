"""Makes a training corpus: texts drawn, spoken by many voices, with the times of their sounds."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path

from asr.training.corpus import Corpus, Shard, claim
from asr.training.errors import RenderFailed
from asr.training.render_plan import CorpusPlan, whole_plan
from asr.training.render_studio import ShardJob, render_shard

__all__ = ["CorpusPlan", "Progress", "render_corpus", "whole_plan"]

_ATTEMPTS = 4
"""Processes that may die over a shard."""
_DEADLINE_SECONDS = 300
"""For a shard, which takes two to twenty."""
_SERVER = get_context("forkserver")
_SERVER.set_forkserver_preload(["asr.training.render_studio"])

Progress = Callable[[int, int], None]
"""Utterances done and in all."""


def render_corpus(
    language: str,
    folder: Path,
    plan: CorpusPlan,
    seed: int,
    progress: Progress = lambda *_: None,
    workers: int = 1,
) -> Corpus:
    """The corpus in `folder`; shards that are whole are kept, so an interrupted call goes on.

    Raises CorpusOfAnotherPlan for a folder with other contents, RenderFailed.
    """
    assert language == plan.language
    claim(folder, plan.mark(seed))
    jobs = _jobs(folder, plan, seed)
    left = [job for job in jobs if not job.shard.is_whole]
    done = plan.total - sum(len(job.utterances) for job in left)
    progress(done, plan.total)
    with ThreadPoolExecutor(workers) as pool:
        futures = {pool.submit(_make, job): job for job in left}
        try:
            for future in as_completed(futures):
                future.result()
                done += len(futures[future].utterances)
                progress(done, plan.total)
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
    return Corpus(job.shard for job in jobs)


def _jobs(folder: Path, plan: CorpusPlan, seed: int) -> list[ShardJob]:
    size = plan.per_shard
    return [
        ShardJob(plan, seed, Shard(folder, n), range(at, min(at + size, plan.total)))
        for n, at in enumerate(range(0, plan.total, size))
    ]


def _make(job: ShardJob) -> None:
    """In processes of its own, until one lives to the end."""
    for attempt in range(_ATTEMPTS):
        process = _SERVER.Process(target=render_shard, args=(replace(job, attempt=attempt),))
        process.start()
        process.join(_DEADLINE_SECONDS)
        if job.shard.is_whole:
            return
        if process.exitcode and process.exitcode > 0:
            break  # an error of ours, which another process would meet again
        process.kill()
        process.join()
    raise RenderFailed(job.utterances.start, process.exitcode)
