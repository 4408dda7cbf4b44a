import { Readable } from 'node:stream';
import { readArguments } from 'passfob/cli/arguments';
import { run } from 'passfob/cli/run';
import type { FobError } from 'passfob/errors';
import { expect, it } from 'vitest';
import { failure } from './kit/failure.ts';

async function refusal(args: string[]): Promise<FobError> {
  return failure(readArguments(args, {}));
}

it.each([
  [['lst'], 'Did you mean: passfob list? Otherwise run: passfob --help'],
  [['enrol', '--generate'], 'Did you mean: passfob enroll? Otherwise run: passfob --help'],
  [['--port', 'COM3', 'lsit'], 'Did you mean: passfob list? Otherwise run: passfob --help'],
  [
    ['inventory', 'shwo', 'x'],
    'Did you mean: passfob inventory show? Otherwise run: passfob inventory --help',
  ],
  [['frobnicate'], 'Run: passfob --help'],
  [['list', '--prot', 'COM3'], 'Did you mean --port? Run: passfob list --help'],
  [['enroll', '--frobnicate'], 'Run: passfob enroll --help'],
  [['enroll', '--generate'], 'Run: passfob enroll --help'],
  [['pin', 'policy', '1234'], 'Run: passfob pin policy --help'],
  [['pin', 'policy', '--digits', '3'], 'Run: passfob pin policy --help'],
  [['inventory'], 'Run: passfob inventory --help'],
  [['move', 'alice', 'up'], 'Write: passfob move <account> <position>. Run: passfob move --help'],
  [['code', 'alice', '--all'], 'Write: passfob code [account]. Run: passfob code --help'],
])('%j is answered with the intended command, or its help', async (args, next) => {
  expect((await refusal(args)).next).toBe(next);
});

it.each([
  [['inventory', 'list', '--port', 'COM3'], '--port'],
  [['inventory', 'show', 'PF-7Q4M-K2XZ', '--dry-run'], '--dry-run'],
  [['handover', 'take', 'file', '--fob', 'PF-7Q4M-K2XZ', '--trace'], '--fob, --trace'],
  [['doctor', '--fob', 'PF-7Q4M-K2XZ'], '--fob'],
  [['agent', 'status', '--device', 'COM3'], '--device'],
  [['service', 'status', '--url', 'https://otp.example.org', '--port', '1'], '--port'],
  [['serve', '--trace'], '--trace'],
])('%j names a common option that the command does not use', async (args, options) => {
  const error = await refusal(args);
  expect(error.kind).toBe('usage');
  expect(error.message).toBe(`This command does not take ${options}.`);
});

/** Returns the output of a command line. */
async function said(...args: string[]): Promise<string> {
  let out = '';
  const terminal = {
    stdin: Readable.from([]),
    stderr: process.stderr,
    environment: {},
    out: (text: string) => {
      out += text;
    },
    note: () => undefined,
  };
  await run(args, terminal, new AbortController().signal);
  return out;
}

it('the help recommends one of the options that choose a fob', async () => {
  const help = (await said('list', '--help')).replace(/\s+/g, ' ');
  expect(help).toMatch(/--device which fob \(use this one\)/);
  expect(help.match(/which --device takes as well/g)).toHaveLength(2);
});

it('the command line knows -h, -V, -v and version', async () => {
  const version = await said('--version');
  expect(version).toMatch(/^\d+\.\d+\.\d+\n$/);
  for (const word of ['-V', '-v', 'version']) expect(await said(word)).toBe(version);
  expect(await readArguments(['list', '--version'], {})).toEqual({ help: version.trimEnd() });
  expect(await readArguments(['pin', '-h'], {})).toEqual(await readArguments(['pin', '--help'], {}));
  expect(await readArguments(['pin', '-h'], {})).toHaveProperty(
    'help',
    expect.stringContaining('passfob pin'),
  );
});

it('letters stand for options, alone, together and with a value behind them', async () => {
  const read = async (...args: string[]) => {
    const parsed = await readArguments(args, {});
    if (!('invocation' in parsed)) throw new Error('a help was read');
    return { ...parsed.invocation.asked, choice: parsed.invocation.choice };
  };
  expect(await read('erase', '-y', '-p', 'COM3')).toEqual(await read('erase', '--yes', '--port', 'COM3'));
  expect(await read('-p=COM3', 'erase', '-yn')).toEqual(
    await read('erase', '--yes', '--dry-run', '--port', 'COM3'),
  );
  expect(await read('list', '-d', 'PF-7Q4M-K2XZ')).toEqual(await read('list', '-s', 'PF-7Q4M-K2XZ'));
  const made = await read('enroll', '-g', '-i', 'Example', '-l', 'alice', '-o', 'f', '--plain-seeds');
  expect(made).toMatchObject({ source: { issuer: 'Example', label: 'alice' }, out: { path: 'f' } });
  expect((await refusal(['list', '-z'])).message).toBe('passfob list does not know the option -z.');
  expect((await refusal(['list', '-p', 'a', '-p', 'b'])).message).toBe('--port can be given only once.');
});

it('an error is JSON after -j too, alone or among other letters', async () => {
  for (const args of [
    ['lst', '-j'],
    ['-nj', 'lst'],
    ['lst', '--json'],
  ]) {
    expect(JSON.parse(await said(...args))).toMatchObject({ ok: false, error: { kind: 'usage' } });
  }
});

it('no error repeats a mistyped command or option, which may be a password', async () => {
  for (const args of [['lst'], ['pin', 'polcy'], ['list', '--correct-horse-battery-staple']]) {
    const { message, next } = await refusal(args);
    expect(`${message} ${next}`).not.toMatch(/lst|polcy|horse/);
  }
});

it('a secret on the command line is called exposed, as a key URI is, and not repeated', async () => {
  const error = await refusal(['enroll', '--secret', 'GEZDGNBVGY3TQOJQ', '--label', 'alice']);
  expect(error.next).toBe(
    'Treat it as exposed. Then pipe in a new one with: passfob enroll --secret - --label NAME',
  );
  expect(error.message).toMatch(/^A secret on the command line can be read by every program/);
  expect(error.message + error.next).not.toContain('GEZDG');
});
