import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { connect } from 'node:net';
import { dirname, join } from 'node:path';
import { boot, fileStore } from '@passfob/simulator';
import { builtImage } from '@passfob/simulator/fob/built-image';
import { imageName } from '@passfob/simulator/fob/image-name';
import { readyText } from '@passfob/simulator/program/ready';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { built } from '../../kit/built.ts';
import { temporaryFolder } from '../../kit/folder.ts';
import { jsonLines, type Started, started } from '../../kit/started.ts';
import { itNeeds, needsTool, tool } from '../../kit/tools.ts';
import { olderImage } from '../../unit/simulator/older-image.ts';
import { answersTo, childrenOf, isRunning, needsSimulator, readiness, simulator } from './kit.ts';

let folder = '';
beforeEach(() => {
  if (needsSimulator.found === undefined)
    throw new Error('these tests start the built simulator: run `npm run build` first');
  folder = temporaryFolder('main', onTestFinished);
});

/** Returns output and exit code of a run that ends by itself, with this input. */
function finished(
  args: readonly string[],
  { env, input = '' }: { env?: NodeJS.ProcessEnv; input?: string } = {},
) {
  const run = simulator(args, env);
  run.child.stdin.end(input);
  return run.ended;
}

/** Expects a run that ends by itself with this sentence. */
const fails = async (args: readonly string[], why: string, code = 1, env: NodeJS.ProcessEnv = {}) =>
  expect(await finished(args, { env })).toEqual({ stdout: '', stderr: `simulator: ${why}\n`, code });

/** Expects that a run ends as asked, by a signal or by the end of its input. */
async function endsWell(run: Started, by: NodeJS.Signals | 'input' = 'SIGTERM'): Promise<void> {
  if (by === 'input') run.child.stdin.end();
  else run.kill(by);
  expect((await run.ended).code).toBe(0);
}

describe('command line of the simulator', () => {
  it('the simulator prints its help', async () => {
    const { stdout, stderr, code } = await finished(['--help']);
    expect({ stderr, code }).toEqual({ stderr: '', code: 0 });
    expect(stdout).toContain('Exit codes: 0 ended as asked, 1 failed, 2 wrong usage.');
    const listed = [...stdout.matchAll(/^ +--([a-z-]+)/gm)].map(match => match[1]);
    expect(listed.filter(name => name !== 'help').slice(0, 4)).toEqual(['web', 'pty', 'storage', 'terminal']);
  });

  it('an unknown option is wrong usage of the simulator', () =>
    fails(['--bogus', '--tcp', '0'], 'Unknown option --bogus. Run: simulator --help', 2));

  it.each(['tcp', 'web'])(
    'the simulator fails on a port of --%s in use, and says what to do',
    async option => {
      const first = simulator(['--tcp', '0']);
      const { tcp } = await readiness(first);
      await fails(
        [`--${option}`, String(tcp)],
        `Port ${tcp} is in use. End the other program, or choose another port: --${option} 0 picks a free one.`,
      );
    },
  );

  it.each([
    ['--pty', 'try/fob', 'mkdir'],
    ['--storage', 'try/fob.memories', 'mkdir'],
    ['--pty', 'try/more/fob', 'mkdir -p'],
  ])(
    'the simulator fails on %s %s without that folder, and says how to make it',
    async (option, path, make) => {
      const file = join(folder, path);
      const missing = dirname(file);
      await fails(
        ['--web', '0', option, file],
        `The folder ${missing} does not exist. Make it: ${make} ${missing}`,
      );
    },
  );

  it('the simulator fails on a control socket in use, and says what to do', async () => {
    const control = join(folder, 'control');
    const first = simulator(['--tcp', '0', '--control-socket', control]);
    await readiness(first);
    await fails(
      ['--control-socket', control],
      `${control} exists already. If another simulated fob uses it as its control socket, end that one; else remove the file. Or name another path.`,
    );
  });

  itNeeds(
    {
      name: 'a kernel without vhci_hcd',
      found: existsSync('/sys/devices/platform/vhci_hcd.0') ? undefined : true,
    },
    'the simulator fails, and says what to do, where no device can be plugged in',
    () =>
      fails(
        ['--usbip=0', '--attach'],
        'the kernel has no virtual USB controller: run "sudo modprobe vhci_hcd" on a Linux that has this module',
      ),
  );

  it('the simulator fails, or names the remaining ways, where there can be no pseudo-terminal', async () => {
    const reason = 'no pseudo-terminal: socat: not installed; perl: not installed';
    await fails(['--pty'], reason, 1, { PATH: folder });
    const child = simulator(['--pty', '--tcp', '0'], { PATH: folder });
    expect(await readiness(child)).toEqual({
      ready: true,
      seed: expect.any(Number),
      pty: null,
      ptyUnavailable: reason,
      tcp: expect.any(Number),
    });
  });
});

describe('simulator processes', () => {
  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'the simulator says where everything is, and removes it on %s',
    async signal => {
      const control = join(folder, 'control');
      const child = simulator(['--tcp', '0', '--web', '0', '--control-socket', control]);
      const ready = await readiness(child);
      expect(ready).toEqual({
        ready: true,
        seed: expect.any(Number),
        tcp: expect.any(Number),
        web: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/[\w-]{22,}\/$/),
      });
      expect(await (await fetch(String(ready.web))).text()).toContain('<title>Passfob simulator</title>');
      const host = connect(Number(ready.tcp), '127.0.0.1');
      await once(host, 'connect');
      await endsWell(child, signal);
      expect(existsSync(control)).toBe(false);
    },
  );

  it('a page without a key has a plain address, and the simulator warns of it', async () => {
    const child = simulator(['--web', '0', '--no-web-key']);
    const ready = await readiness(child);
    expect(ready.web).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/$/);
    await endsWell(child);
    expect(child.said.stderr).toContain(
      'simulator: without a key every user of this computer can open the page',
    );
  });

  itNeeds(
    needsTool('socat'),
    'the simulator speaks words on a terminal, and JSON there where it is asked for',
    async () => {
      const firstLines = async (...args: string[]) => {
        const command = [process.execPath, built('simulator/dist/main.js'), ...args].join(' ');
        const run = started(tool('socat') ?? '', [`EXEC:"${command}",pty,raw,echo=0`, 'STDIO'], {
          endsBy: 'SIGTERM',
        });
        await run.until(/Ctrl-C|"ready":true.*\n/);
        return run.said.stdout.split(/\r?\n/);
      };
      const words = await firstLines('--tcp', '0', '--seed', '7');
      expect(words.slice(0, 6)).toEqual([
        'The simulated fob is running.',
        'Find it from another terminal:',
        expect.stringMatching(/^ {2}passfob devices --device tcp:127\.0\.0\.1:\d+$/),
        'To repeat this run: --seed 7',
        'Its secrets can be guessed from the seed: use it for tests only.',
        'To end it: Ctrl-C',
      ]);
      expect(JSON.parse((await firstLines('--tcp', '0', '--json'))[0] ?? '')).toMatchObject({ ready: true });
    },
  );

  it('fobs differ without a seed, and are the same one with it, whose secrets can be guessed', async () => {
    const started = async (name: string, ...args: string[]) => {
      const file = join(folder, name);
      const child = simulator(['--tcp', '0', '--storage', file, ...args]);
      const ready = await readiness(child);
      await endsWell(child);
      const memory = readFileSync(file);
      // The count of boots and the time follow; then come the memories, with the initial randomness among them.
      return {
        guessable: ready.guessable,
        serial: memory.toString('hex', 24, 36),
        rest: memory.subarray(128),
      };
    };
    const [one, other] = [await started('a', '--seed', '7'), await started('b', '--seed', '7')];
    const [free, another] = [await started('c'), await started('d')];
    expect([one, other, free, another].map(fob => fob.guessable)).toEqual([true, true, undefined, undefined]);
    expect(one.serial).toBe(other.serial);
    expect(one.rest.equals(other.rest)).toBe(true);
    expect(new Set([one.serial, free.serial, another.serial]).size).toBe(3);
    expect(free.rest.equals(another.rest)).toBe(false);
  });

  it('the simulator says that a file keeps an older firmware, and --update-image renews it', async () => {
    const file = join(folder, 'memory');
    boot({ board: 'pico', image: olderImage(), storage: fileStore(file) }).close();
    const start = async (...args: string[]) => {
      const child = simulator(['--tcp', '0', '--storage', file, ...args]);
      const ready = await readiness(child);
      await endsWell(child);
      return ready.otherImage;
    };
    const built = imageName(builtImage('pico').app);
    expect(await start()).toEqual({ kept: expect.stringMatching(/^0\.1\.0 \([0-9a-f]{8}\)$/), built });
    expect(await start('--update-image')).toBeUndefined();
    expect(await start()).toBeUndefined();
    expect(
      readyText({ ready: true, seed: 1, otherImage: { kept: '0.1.0 (aa)', built: '0.2.0 (bb)' } }),
    ).toContain(
      'Its firmware is 0.1.0 (aa); the one here is 0.2.0 (bb).\nTo renew it: passfob update, or start it again with --update-image. Its accounts stay.\n',
    );
  });

  it('the simulator says where its USB device is', async () => {
    const child = simulator(['--usbip=127.0.0.1:0']);
    const ready = await readiness(child);
    expect(ready.usbip).toMatch(/^127\.0\.0\.1:\d+$/);
    await endsWell(child);
  });

  it('the simulator keeps standard output for the control protocol, and ends with its input', async () => {
    const child = simulator(['--control', '--clock', 'virtual', '--tcp', '0']);
    expect(await jsonLines(child.child.stderr)()).toMatchObject({ ready: true });
    const asked = [
      { id: 1, do: 'advance', ms: 3_000 },
      { id: 2, do: 'screen', bitmap: 'none' },
    ];
    expect(await answersTo(child, ...asked)).toMatchObject([
      { id: 1, ok: true },
      { id: 2, ok: true, powered: true, on: true, text: expect.arrayContaining(['Passfob']) },
    ]);
    await endsWell(child, 'input');
  });

  it('a simulator with a seed records its fob, which a later one with that seed replays to the same screen', async () => {
    const requests = [{ do: 'advance', ms: 2_000 }, { do: 'press' }, { do: 'screen' }, { do: 'recording' }];
    const first = simulator(['--control', '--clock', 'virtual', '--seed', '77']);
    const [, , screen, recording] = await answersTo(first, ...requests);
    expect(recording).toMatchObject({ ok: true, next: null, unrepeatable: null });
    const lines = String(recording?.text).split('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ board: 'pico', seed: 77, clock: 'virtual' });

    const [, replayed] = await answersTo(
      simulator(['--control', '--seed', '1']),
      { do: 'replayLoad', text: recording?.text, last: true },
      { do: 'replayTo', input: lines.length - 2 },
    );
    expect(replayed).toMatchObject({ text: screen?.text, bitmap: screen?.bitmap });
    expect(replayed?.text).not.toEqual([]);
  });

  it('a simulator without a seed records nothing, since its secrets are real ones', async () => {
    const [answer] = await answersTo(simulator(['--control']), { do: 'recording' });
    expect(answer).toMatchObject({ ok: false, error: expect.stringContaining('--seed') });
  });

  it('the simulator fails on a file without pairing keys, and prints nothing of it', async () => {
    const file = join(folder, 'keys');
    writeFileSync(file, 'no key at all\n');
    await fails(
      ['--control', '--trace-key', file],
      `${file} holds no pairing keys. Write 1 to 64 of them into it, 64 hexadecimal digits on a line each.`,
    );
  });

  it('the simulator quits by control', async () => {
    const child = simulator(['--control']);
    expect(await answersTo(child, { id: 1, do: 'quit' })).toEqual([{ id: 1, ok: true }]);
    expect((await child.ended).code).toBe(0);
  });

  it('the simulator ends with its parent on request', async () => {
    const child = simulator(['--tcp', '0', '--exit-with-parent']);
    await readiness(child);
    await endsWell(child, 'input');
  });

  it('the simulator ends on request at once where its input is /dev/null', async () => {
    const args = [built('simulator/dist/main.js'), '--tcp', '0', '--exit-with-parent'];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    onTestFinished(() => void child.kill());
    expect(await once(child, 'close')).toEqual([0, null]);
  });

  it('the simulator stays when its input ends, by default', async () => {
    const child = simulator(['--tcp', '0']);
    const { tcp } = await readiness(child);
    child.child.stdin.end();
    const host = connect(Number(tcp), '127.0.0.1');
    await once(host, 'connect');
    await endsWell(child);
  });

  /** Returns the text on the display some time after a start with those options. */
  async function textAfter(args: readonly string[]): Promise<string> {
    const input = '{"do":"advance","ms":3000}\n{"do":"screen","bitmap":"none"}\n';
    const { stdout } = await finished(['--control', '--clock', 'virtual', ...args], { input });
    return JSON.parse(stdout.split('\n')[1] ?? '').text.join(' ');
  }

  it('the simulator has randomness from its birth, unless it is to have none', async () => {
    expect(await textAfter([])).not.toContain('Gathering chance');
    expect(await textAfter(['--birth', 'random'])).not.toContain('Gathering chance');
    expect(await textAfter(['--birth', 'none'])).toContain('Gathering chance');
  });

  it('the simulator is the same fob again from its storage file, which is for this user alone', async () => {
    const storage = join(folder, 'fob.state');
    const first = await textAfter(['--storage', storage]);
    expect(statSync(storage).mode & 0o077).toBe(0);
    // A new fob would have no randomness now.
    expect(await textAfter(['--storage', storage, '--birth', 'none'])).toBe(first);
    const kept = readFileSync(storage);
    expect(await finished(['--tcp', '0', '--board', 'bench', '--storage', storage])).toMatchObject({
      code: 1,
    });
    expect(readFileSync(storage).equals(kept)).toBe(true);
  });

  it('a storage file serves one simulator at a time, under every name, and the next when that was killed', async () => {
    const storage = join(folder, 'fob.state');
    const other = join(folder, 'other.state');
    symlinkSync(storage, other);
    const first = simulator(['--tcp', '0', '--storage', storage]);
    await readiness(first);
    for (const name of [storage, other]) {
      await fails(
        ['--tcp', '0', '--storage', name],
        `${name} is in use by another simulated fob. End it (Ctrl-C), or name another file.`,
      );
    }
    first.kill('SIGKILL');
    await first.ended;
    const locks = () => readdirSync(folder).filter(name => name.startsWith('fob.state.lock'));
    expect(locks()).toHaveLength(1);
    const next = simulator(['--tcp', '0', '--storage', storage]);
    expect(await readiness(next)).toMatchObject({ ready: true });
    await endsWell(next);
    expect(locks()).toEqual([]);
  });

  itNeeds(
    needsTool('socat'),
    'a second simulator that cannot start leaves the link of the first alone, in use or not',
    async () => {
      const link = join(folder, 'fob');
      const first = simulator(['--pty', link, '--tcp', '0']);
      const { tcp } = await readiness(first);
      const terminal = readlinkSync(link);
      await fails(
        ['--pty', link],
        `Another simulated fob already uses ${link}. End it (Ctrl-C), or name another path.`,
      );
      const other = join(folder, 'other');
      symlinkSync('/dev/null-of-a-killed-run', other);
      expect(await finished(['--pty', other, '--web', String(tcp)])).toMatchObject({ code: 1 });
      expect([readlinkSync(link), readlinkSync(other)]).toEqual([terminal, '/dev/null-of-a-killed-run']);
    },
  );

  for (const way of ['socat', 'perl'] as const) {
    itNeeds(
      needsTool(way),
      `the simulator leaves no link and no ${way} behind when it is killed`,
      async () => {
        const bin = join(folder, 'bin');
        mkdirSync(bin);
        symlinkSync(tool(way) ?? '', join(bin, way));
        const link = join(folder, 'fob');
        const child = simulator(['--pty', link], { PATH: bin });
        expect(await readiness(child)).toEqual({ ready: true, seed: expect.any(Number), pty: link });
        expect(lstatSync(link).isSymbolicLink()).toBe(true);
        const [helper] = childrenOf(child.pid, way);
        expect(helper).toBeDefined();
        child.kill('SIGKILL');
        await child.ended;
        await expect.poll(() => existsSync(link) || isRunning(helper ?? 0)).toBe(false);
      },
    );
  }
});
