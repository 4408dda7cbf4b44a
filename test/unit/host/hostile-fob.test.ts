import { pair } from 'passfob/commands/pair';
import { openInventory } from 'passfob/inventory/inventory';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { CoreFob } from './kit/core-fob.ts';
import { HOSTILE, lie, onTcp } from './kit/lying-fob.ts';
import { passfobHere } from './kit/terminal.ts';
import { atHand, workplace } from './kit/workplace.ts';

/** A fob that its owner paired and enrolled, and that answers with control sequences for a terminal. */

const OBEYED = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const RFC4226_KEY = new Uint8Array(Buffer.from('12345678901234567890'));

let home: string;
let fob: CoreFob;
let port: Awaited<ReturnType<typeof onTcp>>;
beforeEach(async () => {
  home = temporaryFolder();
  fob = new CoreFob();
  const inventory = openInventory(home);
  const context = { ...workplace(fob).context, inventory };
  const here = await atHand(fob);
  await pair(context, here, { askCode: async () => fob.code });
  await here.client.call('put', {
    id: Buffer.from('acct'),
    kind: 1,
    algorithm: 1,
    digits: 6,
    period: 0,
    counter: 0,
    issuer: new Uint8Array(0),
    label: Buffer.from('ada'),
    secret: RFC4226_KEY,
  });
  await inventory.close();
  port = await onTcp(fob);
});
afterEach(() => {
  vi.restoreAllMocks();
  port.close();
});

/**
 * Runs the command line in this process; holds the button whenever it is asked for.
 * @param typed at a terminal
 */
function passfob(args: readonly string[], typed?: string) {
  return passfobHere([...args, '--port', port.address], {
    environment: { PASSFOB_HOME: home },
    ...(typed !== undefined && { typed: ['(y/N)', typed] }),
    onNote: text => text.includes('hold its button') && setImmediate(() => fob.approve()),
  });
}

const ACCOUNT = '61636374';
const COMMANDS: readonly (readonly [string, readonly string[], number])[] = [
  ['list', ['list'], 2],
  ['code', ['code', ACCOUNT], 1],
  ['move', ['move', ACCOUNT, '1'], 1],
  ['rename', ['rename', ACCOUNT, '--label', 'bob'], -1],
  ['verify', ['verify'], -1],
  ['info', ['info'], -1],
  ['devices', ['devices'], 1],
  ['remove', ['remove', ACCOUNT, '--yes'], 1],
  ['a dry run', ['remove', ACCOUNT, '--dry-run'], 1],
  ['an account that it has not', ['code', 'nobody'], 0],
];

it.each(COMMANDS)(
  'no control sequence and no extra line of a fob is printed by %s',
  async (_name, args, lines) => {
    lie({ list: { issuer: HOSTILE.slice(0, 16), label: HOSTILE.slice(8) }, names: HOSTILE.slice(0, 10) });
    const { stdout, stderr } = await passfob(args);
    expect(stdout + stderr).not.toBe('');
    for (const line of [...stdout.split('\n'), ...stderr.split('\n')]) expect(line).not.toMatch(OBEYED);
    if (lines >= 0) expect(stdout.split('\n')).toHaveLength(lines + 1);
  },
);

it.each(COMMANDS)(
  'control sequences of a fob reach programs unchanged and escaped, by %s --json',
  async (_name, args) => {
    lie({ list: { issuer: HOSTILE.slice(0, 16), label: HOSTILE.slice(8) }, names: HOSTILE.slice(0, 10) });
    const { stdout, stderr } = await passfob([...args, '--json']);
    expect(stdout.endsWith('\n')).toBe(true);
    expect(stdout.slice(0, -1)).not.toMatch(OBEYED);
    for (const line of stderr.split('\n')) expect(line).not.toMatch(OBEYED);
    const document = JSON.parse(stdout) as { account?: { label: string } };
    if (args[0] === 'move') expect(document.account?.label).toBe(HOSTILE.slice(8));
  },
);

it('control sequences hide nothing of the question before an account is removed', async () => {
  lie({ list: { label: '\u001b]0;x\u0007\n\u009b2J\u202e\u200b\u2028\u001b[8m' } });
  const { exitCode, stderr } = await passfob(['remove', ACCOUNT], 'y\r');
  expect([exitCode, stderr]).toEqual([0, expect.stringContaining('Remove ?]0;x???')]);
  for (const sequence of ['\u001b]0;', '\u001b[8m', '\u009b', '\u202e', '\u200b', '\u2028'])
    expect(stderr).not.toContain(sequence);
});

it('a passcode is printed where it fits the account', async () => {
  lie({ code: '755224' });
  expect(await passfob(['code', ACCOUNT])).toMatchObject({ exitCode: 0, stdout: '755224\n' });
});

it.each([
  ['a control sequence', '\u001b]0;x\u0007', {}],
  ['a line more', '75522\n', {}],
  ['a digit less', '75522', {}],
  ['a digit more', '7552244', {}],
  ['a letter', '75522A', {}],
  ['a digit of another script', '75522\u00b2', {}],
  ['a lower-case letter in hexadecimal', '75522a', { digits: 0x16 }],
])('a passcode is refused where it is %s', async (_what, answer, list) => {
  lie({ code: answer, list });
  const { exitCode, stdout, stderr } = await passfob(['code', ACCOUNT]);
  expect([stdout, stderr]).toEqual(['', expect.stringContaining('is not a passcode of')]);
  expect(stderr.split('\n').join('')).not.toMatch(OBEYED);
  expect(exitCode).not.toBe(0);
});

it.each([
  ['longer than any period', 65_535],
  ["longer than the account's period", 31],
  ['no more', 0],
])('a passcode is refused that is valid %s', async (_what, secondsLeft) => {
  lie({ code: '755224', secondsLeft, list: { kind: 2, period: 30 } });
  const { exitCode, stdout, stderr } = await passfob(['code', ACCOUNT]);
  expect([exitCode === 0, stdout]).toEqual([false, '']);
  expect(stderr).toContain(`an impossible "secondsLeft": ${secondsLeft}.`);
  lie({ code: '755224', secondsLeft: 30, list: { kind: 2, period: 30 } });
  expect(await passfob(['code', ACCOUNT])).toMatchObject({ exitCode: 0, stdout: '755224\n' });
});

it('a passcode that does not fit is refused as the answer to a question, too', async () => {
  lie({ code: '\u001b[2J66', list: { kind: 3 } });
  const { exitCode, stdout, stderr } = await passfob(['respond', ACCOUNT, '12345678']);
  expect([exitCode === 0, stdout]).toEqual([false, '']);
  expect(stderr).toContain('is not a passcode of');
  lie({ code: '755224', list: { kind: 3 } });
  expect(await passfob(['respond', ACCOUNT, '12345678'])).toMatchObject({ exitCode: 0, stdout: '755224\n' });
});
