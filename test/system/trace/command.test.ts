import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { EXIT_CODES } from 'passfob/cli/base/exit-codes';
import { run } from 'passfob/cli/run';
import { beforeAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { secret } from '../../kit/secrets.ts';
import { type Recorded, readTrace, recordedConversation, SEED } from './kit.ts';

const folder = temporaryFolder('trace');
let recorded: Recorded;
let file: string;
let keyFile: string;

beforeAll(async () => {
  recorded = await recordedConversation();
  file = write('fob.pcapng', recorded.file);
  keyFile = write('keys', `# of a test\n\n${secret(Buffer.from(recorded.owner.key).toString('hex'))}\n`);
});

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

/** Runs `passfob trace` in this process. */
const trace = (...args: readonly string[]) => traceReading([], ...args);

async function traceReading(input: readonly Uint8Array[], ...args: readonly string[]) {
  const said = { stdout: '', stderr: '' };
  const terminal = {
    stdin: Readable.from(input),
    stderr: process.stderr,
    environment: {},
    out: (text: string) => {
      said.stdout += text;
    },
    note: (text: string) => {
      said.stderr += text;
    },
  };
  const exitCode = await run(['trace', ...args], terminal, new AbortController().signal);
  return { exitCode, ...said, lines: said.stdout.split('\n').slice(0, -1) };
}

describe('passfob trace', () => {
  it('passfob trace - decodes standard input, and refuses it where it is no trace', async () => {
    expect(await traceReading([recorded.file], '-')).toEqual(await trace(file));
    const { exitCode, stderr } = await traceReading([], '-');
    expect([exitCode, stderr]).toEqual([3, expect.stringContaining('Standard input is no trace of a fob.')]);
  });

  it('passfob trace prints a line for everything in a trace', async () => {
    const { exitCode, lines, stdout, stderr } = await trace(file);
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(lines[0]).toMatch(/^ {7}0\.000 {2}USB {7}> request \d+ {2}hello$/);
    for (const pattern of [
      /USB {7}< response \d+ {2}hello version=2 state=blank .* board="pico"/m,
      /> left out: 63 bytes of a session opened by a pairing code$/m,
      /fob {9}key 0 down$/m,
      /fob {9}eeprom: write 32 bytes at \d+$/m,
      / sealed request 2 {2}14 bytes$/m,
    ])
      expect(stdout).toMatch(pattern);
    expect(stdout).not.toContain('opened with');
  });

  it('passfob trace --key opens sealed frames, and leaves their secrets out unless it is told to show them', async () => {
    const hidden = await trace(file, '--key', keyFile);
    expect(hidden.exitCode).toBe(0);
    const opened = hidden.lines.filter(line => line.includes("(opened with the test's key)")).join('\n');
    expect(opened).toMatch(
      / put id=[\da-f]{8} kind=HOTP algorithm=SHA-1 digits=\(6 decimal\) .* label="alice" secret=\(left out \(20 bytes\)\)$/m,
    );
    expect(opened).toMatch(/code refused: press-needed$/m);
    const seed = Buffer.from(SEED).toString('hex');
    expect(hidden.stdout).not.toContain(seed);
    expect(hidden.stdout).not.toContain(recorded.passcode);
    const shown = await trace(file, '--key', keyFile, '--secrets');
    expect(shown.stdout).toContain(`secret=${seed}`);
    expect(shown.stdout).toContain(`code="${recorded.passcode}"`);
  });

  it('passfob trace --json prints one document a line, with numbers of records and values of fields', async () => {
    const { lines } = await trace(file, '--json', '--frames');
    const items = lines.map(line => JSON.parse(line));
    expect(items[0]).toMatchObject({
      first: 1,
      last: 1,
      port: 'USB',
      way: 'in',
      is: { kind: 'frame', command: 'hello' },
    });
    const hello = items.find(({ is }) => is.command === 'hello' && is.frame === 'response');
    expect(hello.is.fields[1]).toEqual({ name: 'state', value: 0, text: 'blank', isSecret: false });
    expect(new Set(items.map(({ is }) => is.kind))).toEqual(new Set(['frame', 'left-out', 'sealed']));
  });

  it('passfob trace --from and --to show a part of the time', async () => {
    const all = await trace(file);
    const part = await trace(file, '--from', '0.2', '--to', '1.5');
    const seconds = part.lines.map(line => Number.parseFloat(line));
    expect(part.lines.length).toBeGreaterThan(3);
    expect(part.lines.length).toBeLessThan(all.lines.length);
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(0.2);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(1.5);
    expect(all.lines).toEqual(expect.arrayContaining(part.lines));
  });

  it('passfob trace says that a file was cut off, after all that it holds', async () => {
    const cut = write('cut.pcapng', recorded.file.subarray(0, recorded.file.length - 3));
    const { exitCode, stderr, lines } = await trace(cut);
    expect(exitCode).toBe(0);
    expect(stderr).toContain('ends in the middle of a record');
    const whole = (await trace(file)).lines;
    expect(lines).toEqual(whole.slice(0, lines.length));
    expect(readTrace(recorded.file).records.length).toBeGreaterThan(lines.length - 2);
  });

  it.each([
    ['a file that is absent', () => join(folder, 'absent'), 'does not exist'],
    ['a folder', () => folder, 'is a folder'],
    ['a file of another kind', () => write('text', 'hello '.repeat(50)), 'is no trace of a fob'],
    ['an empty file', () => write('empty', ''), 'is no trace of a fob'],
  ])('passfob trace refuses %s', async (_, path, sentence) => {
    const { exitCode, stderr, stdout } = await trace(path());
    expect([exitCode, stdout]).toEqual([EXIT_CODES['bad-input'].code, '']);
    expect(stderr).toContain(sentence);
  });

  it('passfob trace names the place of damage, after the lines before it', async () => {
    const bytes = Uint8Array.from(recorded.file);
    const at = recorded.ends[20] ?? 0;
    bytes.fill(0, at + 4, at + 8);
    const { exitCode, stderr, lines } = await trace(write('damaged.pcapng', bytes));
    expect([exitCode, lines.length > 10]).toEqual([EXIT_CODES['bad-input'].code, true]);
    expect(stderr).toContain(`damaged at byte ${at}`);
  });

  it.each([
    ['neither file nor --dissector', []],
    ['both', ['FILE', '--dissector']],
    ['--secrets without --key', ['FILE', '--secrets']],
    ['a negative time', ['FILE', '--from=-1']],
    ['a port', ['FILE', '--port', 'tcp:127.0.0.1:1']],
  ])('passfob trace takes no command line with %s', async (_, args) => {
    const { exitCode } = await trace(...args.map(arg => arg.replace('FILE', file)));
    expect(exitCode).toBe(EXIT_CODES.usage.code);
  });

  it.each([
    ['no key', '# nothing\n'],
    ['a key that is too short', '00\n'],
    ['a key of other characters', `${'zz'.repeat(32)}\n`],
  ])('passfob trace refuses a key file with %s, and does not repeat it', async (_, content) => {
    const { exitCode, stderr } = await trace(file, '--key', write('bad-keys', content));
    expect(exitCode).toBe(EXIT_CODES['bad-input'].code);
    expect(stderr).toContain('holds no pairing keys');
    expect(stderr).not.toContain('zz');
  });

  it('passfob trace --dissector prints a plugin with every command and refusal', async () => {
    const { exitCode, stdout } = await trace('--dissector');
    expect(exitCode).toBe(0);
    for (const word of ['Proto("passfob"', '"setPolicy"', '"press-needed"', 'DissectorTable'])
      expect(stdout).toContain(word);
  });
});
