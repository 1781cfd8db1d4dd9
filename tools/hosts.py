"""Train on two hosts that are network namespaces of this one: set them up, check, remove them.

python tools/hosts.py [--keep]

Two namespaces, joined by a virtual cable, have a network address each and share nothing else but the disk. On them
the same small run as in one process is trained, with torchrun's
static and c10d rendezvous, with the cable unplugged for a while in mid-run, with the cable unplugged for good, and
elastically with one host killed in mid-run. Needs Linux and root; where namespaces are not permitted it
says so and counts as skipped. The last line is `N passed, N failed` or `N passed, N failed, N skipped`. With --keep
the logs stay.
"""

import json, os, shutil, signal, subprocess, sys, tempfile, time, uuid
from pathlib import Path

TAG = uuid.uuid4().hex[:4]
HOSTS = [
    dict(name=f'gptnb{TAG}{x}', link=f'gnb{TAG}{x}', address=f'10.77.{int(TAG[:2], 16)}.{i}')
    for i, x in enumerate('ab', 1)
]
STEPS, CUT, LIMIT = 300, 4, 30  # optimizer steps; seconds without a cable; seconds that a process waits for another
ENV = dict(
    os.environ,
    OMP_NUM_THREADS='1',
    PYTHONPATH=os.pathsep.join([str(Path(__file__).resolve().parent.parent), os.environ.get('PYTHONPATH', '')]),
)


def ip(*words):
    return subprocess.run(['ip', *words], check=True, capture_output=True, text=True)


def set_up():
    "Two namespaces and a cable. The reason why not, if it cannot be done."
    a, b = HOSTS
    try:
        for h in HOSTS:
            ip('netns', 'add', h['name'])
        ip('link', 'add', a['link'], 'netns', a['name'], 'type', 'veth', 'peer', 'name', b['link'], 'netns', b['name'])
        for h in HOSTS:
            ip('-n', h['name'], 'addr', 'add', h['address'] + '/24', 'dev', h['link'])
            for link in ('lo', h['link']):
                ip('-n', h['name'], 'link', 'set', link, 'up')
    except FileNotFoundError:
        return 'there is no `ip` command (package iproute2)'
    except subprocess.CalledProcessError as e:
        return e.stderr.strip()


def remove():
    for h in HOSTS:
        subprocess.run(['ip', 'netns', 'del', h['name']], capture_output=True)


def cable(state):
    ip('-n', HOSTS[0]['name'], 'link', 'set', HOSTS[0]['link'], state)


def options(folder, out, timeout):
    return (
        f'-m gpt_nb.cli train --data {folder}/text.txt --block-size 16 --n-layer 1 --n-head 2 --n-embd 16 '
        f'--dropout 0.1 --batch-size 2 --gradient-accumulation-steps 4 --max-iters {STEPS} '
        f'--warmup-iters 5 --eval-interval 100 --eval-tokens 500 --log-interval 1 --device cpu --dtype float32 '
        f'--out-dir {out} --resume --timeout {timeout}'
    ).split()


def start(host, words, folder, log):
    "torchrun on a host, in a session of its own."
    env = ENV | {'GLOO_SOCKET_IFNAME': host['link']}  # a host has several links: which one leads to the others?
    with open(folder / log, 'ab') as f:
        return subprocess.Popen(
            [
                'ip',
                'netns',
                'exec',
                host['name'],
                sys.executable,
                '-m',
                'torch.distributed.run',
                '--nproc-per-node=1',
                *words,
            ],
            stdout=f,
            stderr=f,
            env=env,
            start_new_session=True,
        )


def losses(out):
    path = out / 'metrics.jsonl'
    lines = [json.loads(l) for l in path.read_text().splitlines() if l.endswith('}')] if path.exists() else []
    return {m['step']: m['loss'] for m in lines if m['kind'] == 'train'}


def attempts(out):
    return max(
        (json.loads(l)['attempt'] for l in (out / 'metrics.jsonl').read_text().splitlines() if l.endswith('}')),
        default=0,
    )


def until(what, seconds):
    "Wait until something is true; is it?"
    end = time.time() + seconds
    while time.time() < end and not what():
        time.sleep(0.05)
    return what()


def end(processes):
    for p in processes:
        if p.poll() is None:
            os.killpg(p.pid, signal.SIGKILL)
    for h in HOSTS:  # what torchrun has started is in sessions of its own
        for pid in subprocess.run(['ip', 'netns', 'pids', h['name']], capture_output=True, text=True).stdout.split():
            os.kill(int(pid), signal.SIGKILL)


def run(name, kind, folder, meanwhile=lambda out, processes: None, timeout=120):
    "Train on both hosts; `meanwhile` happens during it. Gives exit codes and losses."
    out, a = folder / name, HOSTS[0]['address']
    if kind == 'static':
        each = [['--nnodes=2', f'--node-rank={i}', f'--master-addr={a}', '--master-port=29511'] for i in (0, 1)]
    else:
        each = [['--nnodes=2'] if kind == 'c10d' else ['--nnodes=1:2', '--max-restarts=3'] for _ in HOSTS]
    if kind != 'static':
        each = [
            words
            + [
                '--rdzv-backend=c10d',
                f'--rdzv-id={name}',
                f'--rdzv-endpoint={a}:29512',
                f'--rdzv-conf=is_host={int(i == 0)},join_timeout=120,last_call_timeout=5',
                f'--local-addr={h["address"]}',
            ]
            for i, (h, words) in enumerate(zip(HOSTS, each))
        ]
    processes = [
        start(h, words + options(folder, out, timeout), folder, f'{name}-{h["name"][-1]}.log')
        for h, words in zip(HOSTS, each)
    ]
    try:
        found = meanwhile(out, processes)
        until(lambda: all(p.poll() is not None for p in processes), 600)
        return [p.poll() for p in processes], losses(out), found
    finally:
        end(processes)


def unplugged(out, processes):
    "Pull the cable in mid-run, plug it in again. Steps taken before, and during the second half of the cut."
    if not until(lambda: len(losses(out)) >= 60, 300):
        return None
    cable('down')
    try:
        time.sleep(CUT / 2)
        before = len(losses(out))
        time.sleep(CUT / 2)
        return before, len(losses(out)) - before
    finally:
        cable('up')


def gone(out, processes):
    "Pull the cable for good; how long until both hosts have given up?"
    if not until(lambda: len(losses(out)) >= 60, 300):
        return None
    cable('down')
    try:
        began = time.time()
        until(lambda: all(p.poll() is not None for p in processes), 300)
        return time.time() - began
    finally:
        cable('up')


def lost(out, processes):
    "Kill all that runs on the second host. Does the first go on alone?"
    if not until(lambda: len(losses(out)) >= 120, 300):
        return None
    before = attempts(out)
    for pid in ip('netns', 'pids', HOSTS[1]['name']).stdout.split():
        os.kill(int(pid), signal.SIGKILL)
    return until(lambda: attempts(out) > before, 300)


def check(folder):
    "Each check: its name, whether it passed, and what was seen."
    subprocess.run(
        [sys.executable, *options(folder, folder / 'alone', 60)], check=True, env=ENV, stdout=subprocess.DEVNULL
    )
    want = losses(folder / 'alone')
    off = lambda got: (
        max((abs(got[s] - want[s]) for s in want), default=9) if got.keys() == want.keys() else float('inf')
    )
    for kind in ('static', 'c10d'):
        codes, got, _ = run(kind, kind, folder)
        yield (
            f'{kind} rendezvous',
            codes == [0, 0] and off(got) < 1e-4,
            f'exit codes {codes}, {len(got)} steps, losses off by {off(got):.1e} from one process',
        )
    codes, got, seen = run('unplugged', 'static', folder, unplugged)
    yield (
        f'cable unplugged for {CUT} s',
        codes == [0, 0] and off(got) < 1e-4 and seen is not None and 60 <= seen[0] < STEPS and seen[1] == 0,
        f'exit codes {codes}, unplugged after {seen and seen[0]} steps, {seen and seen[1]} steps meanwhile, losses '
        f'off by {off(got):.1e}',
    )
    codes, got, took = run('gone', 'static', folder, gone, timeout=LIMIT)
    stopped = len(got)
    told = any('has lost the others' in p.read_text() for p in folder.glob('gone-*.log'))
    yield (
        f'cable unplugged for good, timeout {LIMIT} s',
        took is not None and None not in codes and all(codes) and took < 6 * LIMIT and told,
        f'exit codes {codes}, both gave up {took and round(took)} s later, at step {stopped}',
    )
    codes, got, _ = run('gone', 'c10d', folder)
    yield (
        'the same command again',
        codes == [0, 0] and off(got) < 1e-4,
        f'exit codes {codes}, {len(got)} steps, losses off by {off(got):.1e}',
    )
    codes, got, seen = run('elastic', 'elastic', folder, lost)
    yield (
        'elastic, one host killed',
        codes[0] == 0 and codes[1] != 0 and off(got) < 1e-4 and bool(seen),
        f'exit codes {codes}, the other goes on alone to step {len(got)}, losses off by {off(got):.1e}',
    )


def main(keep):
    why = set_up()
    counts = dict(passed=0, failed=0, skipped=0)
    folder = Path(tempfile.mkdtemp())
    try:
        if why:
            print(f'skipped  two hosts on one machine need network namespaces, which are not permitted here: {why}')
            counts['skipped'] += 1
        else:
            from gpt_nb import load_text

            (folder / 'text.txt').write_text(load_text('python-docs')[:20_000])
            for name, ok, seen in check(folder):
                counts['passed' if ok else 'failed'] += 1
                print(f'{"passed" if ok else "failed":8} {name}: {seen}', flush=True)
    finally:
        remove()
        if keep:
            print(f'logs: {folder}')
        else:
            shutil.rmtree(folder, ignore_errors=True)
    print(', '.join(f'{n} {k}' for k, n in counts.items() if n or k != 'skipped'))
    return bool(counts['failed'])


if __name__ == '__main__':
    if set(sys.argv[1:]) - {'--keep'}:
        sys.exit(__doc__)
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    sys.exit(main('--keep' in sys.argv))
