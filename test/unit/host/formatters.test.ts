import { progressText } from 'passfob/cli/base/report';
import { clockText, listText } from 'passfob/cli/base/result-format';
import { careText, holdQuestion, outcomeOf } from 'passfob/cli/care-format';
import { infoText, policyNote, policyText } from 'passfob/cli/status-format';
import type { CareResult } from 'passfob/commands/care';
import { FobError } from 'passfob/errors';
import type { FobStatus } from 'passfob/owner/status';
import { describe, expect, it } from 'vitest';

const serial = 'PF-QPZR-Y9X8';
const status: FobStatus = {
  policy: { pinDigits: 6, attempts: 10, onLimit: 'wipe', lockAfterSeconds: 0, ask: [], typing: 'never' },
  pin: 'set',
  isLocked: false,
  failures: 0,
  iterations: 500,
  canBeReset: true,
  wentBack: 'no',
};
const clock = { state: 'trusted', errorMs: 200, uncertaintyMs: 510, ageSeconds: 60, crystalPpm: 2 } as const;
const fob = { serial, board: 'pico', firmware: '0.2.0', protocolVersion: 2, clock, health: [] };

it('the report about a fob is short where all is well', () => {
  expect(infoText({ ...fob, accounts: 1, free: 31, status })).toBe(
    [
      `The fob ${serial} is of the kind pico, with firmware 0.2.0.`,
      'It holds 1 account; 31 more fit.',
      'Its PIN is set.',
      'A forgotten PIN can be reset by: passfob pin reset',
      'Its clock agrees with this computer.',
    ].join('\n'),
  );
});

it('the report about a fob names defects in plain words', () => {
  const text = infoText({
    ...fob,
    status: {
      ...status,
      isLocked: true,
      failures: 3,
      iterations: 1,
      canBeReset: false,
      wentBack: 'yes',
      batteryPercent: 7,
    },
  });
  expect(text.split('\n').slice(1)).toEqual([
    'Its PIN is set. It is locked: its accounts show when the PIN has been entered on it.',
    '3 wrong PINs since the last right one; after 10 it erases itself.',
    expect.stringContaining('this board cannot slow down guesses'),
    expect.stringContaining('passfob pin escrow'),
    'Its battery is at 7 %.',
    expect.stringMatching(/^Warning: its memory went back .*passfob pin policy$/),
    'Its clock agrees with this computer.',
  ]);
  const lock = { ...status, failures: 1, policy: { ...status.policy, onLimit: 'lock' as const } };
  expect(infoText({ ...fob, status: lock })).toContain('1 wrong PIN since the last right one; after 10 only');
  expect(infoText({ ...fob, status: { ...status, wentBack: 'unknown' } })).toContain('it cannot tell');
});

it('the report about a fob compares its clock with what its crystal may do, and says what to do', () => {
  const drifting = {
    ...clock,
    errorMs: -35_000,
    ageSeconds: 2_592_000,
    driftPpm: -13.5,
    driftUncertaintyPpm: 0.6,
    trimPpm: 1.5,
  };
  const finding = { sentence: 'Its clock is 35 s behind.', next: 'Run: passfob care' } as const;
  const battery = { kind: 'battery-low', sentence: 'Its battery is at 7 %.', next: 'Charge it.' } as const;
  const health = [{ ...finding, kind: 'clock-off' } as const, battery];
  expect(infoText({ ...fob, accounts: 1, free: 31, status, clock: drifting, health }).split('\n')).toEqual([
    `The fob ${serial} is of the kind pico, with firmware 0.2.0.`,
    'It holds 1 account; 31 more fit.',
    'Its PIN is set.',
    'A forgotten PIN can be reset by: passfob pin reset',
    'Its clock is 35 s behind this computer.',
    'Its clock has drifted by -13.5 ppm, to within 0.6 ppm; its crystal may drift by 2 ppm.',
    'Its clock corrects itself by +1.5 ppm.',
    'Its clock is 35 s behind. Run: passfob care',
    'Charge it.',
  ]);
  const unset = { state: 'unset', errorMs: null, uncertaintyMs: null } as const;
  const unsetHealth = [{ kind: 'clock-unset', sentence: 'Its clock is not set.', next: 'Set it.' } as const];
  const text = infoText({ ...fob, clock: unset, health: unsetHealth });
  expect(text).toContain('Its clock is not set. Set it.');
  expect(text).not.toContain('this computer');
});

it('says what an update would bring', () => {
  expect(infoText({ ...fob, accounts: 2, free: 0 })).toContain('update the firmware to get one');
});

const clockOff = { kind: 'clock-off', errorMs: 5_000, needsHold: true } as const;
const observed = {
  ...{ ...fob, algorithms: 6, status, accounts: [], freeRecords: 31 },
  clock: { ...clock, errorMs: 5_000 },
};
const nothing = { found: [], done: [], planned: [], refused: [], left: [], waitsForHold: false } as const;
const entry = (result: Partial<CareResult>) => ({
  address: 'a',
  serial,
  result: { serial, board: 'pico', firmware: '0.2.0', ...nothing, observed, ...result },
});

it('the report about care says what was found, done, failed, and what to do', () => {
  expect(careText(entry({}))).toEqual([`The fob ${serial} is well.`]);
  const error = new FobError('refused', { refusal: 'clock-failed' });
  const locked = { kind: 'locked', attemptsLeft: 7 } as const;
  const text = careText(
    entry({
      found: [{ kind: 'cannot-reset-pin' }, clockOff, locked],
      done: ['recovery-key-left'],
      refused: [{ act: 'clock-set', error }],
      left: [clockOff, locked],
    }),
  );
  expect(text).toEqual([
    `The fob ${serial}:`,
    '  found   It has no recovery key: a forgotten PIN cannot be reset.',
    '  done    It has a recovery key again.',
    expect.stringMatching(/^ {2}failed {2}The clock of the fob did not take the time\./),
    `  to do   Its clock is 5 s ahead. Run: passfob care --hold --device ${serial}, and hold its button for a second.`,
    expect.stringMatching(/^ {2}note {4}It is locked by its PIN \(7 attempts are left\)/),
  ]);
  expect(outcomeOf(entry({ left: [locked] }))).toBe('well');
  expect(outcomeOf(entry({ left: [clockOff] }))).toBe('attention');
  expect(holdQuestion(entry({ left: [clockOff] }).result)).toContain('Its clock is 5 s ahead.');
});

it('the report about care names the next step of a fob that is not of this inventory', () => {
  const stranger = {
    address: 'a',
    serial,
    isStranger: true,
    error: new FobError('not-paired', { subject: serial }),
  };
  expect(careText(stranger)).toEqual([`The fob ${serial} has no owner yet.`, '  to do   Run: passfob pair']);
  const silent = { ...stranger, error: new FobError('refused', { refusal: 'internal' }) };
  expect(careText(silent)[0]).toBe(`The fob ${serial}: The fob had an internal error.`);
  expect([outcomeOf(stranger), outcomeOf({ ...stranger, isStranger: false })]).toEqual(['skipped', 'failed']);
});

const result = { serial, canType: true, isSet: true, pin: 'set', wentBack: 'no' } as const;

it('the report about a policy has a line for each part of it', () => {
  expect(policyText({ ...result, policy: status.policy }).split('\n')).toEqual([
    `The fob ${serial} asks for a PIN of 6 digits or more.`,
    'It does not type passcodes into computers.',
    'After 10 wrong PINs it erases itself.',
    'It locks when its display goes off.',
    'Once unlocked, it does not ask for its PIN again.',
  ]);
  const other = {
    pinDigits: 0,
    attempts: 3,
    onLimit: 'lock',
    lockAfterSeconds: 90,
    ask: ['passcode', 'settings'],
    typing: 'enter',
  } as const;
  expect(policyText({ ...result, policy: other }).split('\n')).toEqual([
    `The fob ${serial} asks for no PIN.`,
    'Its person may have it type passcodes, with Enter behind them.',
    'If it asks for one (--digits 6):',
    'After 3 wrong PINs it is locked until its owner resets the PIN.',
    'It locks 90 s after the last key.',
    'It asks for its PIN again before every passcode and the settings.',
  ]);
});

it('the report about a policy warns once of a memory that went back', () => {
  const { policy } = status;
  expect(policyNote({ ...result, policy })).toBe('');
  expect(policyNote({ ...result, policy, pin: 'to-be-chosen' })).toContain('asks its person to choose a PIN');
  expect(policyNote({ ...result, policy, wentBack: 'yes' })).toMatch(
    /^Warning: .* It counts from here again\.$/,
  );
  expect(policyNote({ ...result, policy, isSet: false, wentBack: 'yes' })).not.toContain('again');
});

const account = { health: 'good', algorithm: 'SHA-1', issuer: 'Example' } as const;

it('info and pin policy say what a Raspberry Pi Pico cannot do, where a person asks for it', () => {
  const { policy } = status;
  expect(policyText({ ...result, policy, canType: false })).toContain(
    'It types nothing: its board has no USB keyboard, so its person types the passcodes.',
  );
  expect(policyText({ ...result, policy })).not.toContain('It types nothing');
  const lines = (board: string) => infoText({ ...fob, board, accounts: 1, free: 31, status }).split('\n');
  expect(lines('rpi-pico')).toContain('Its board cannot measure a battery.');
  expect(lines('pico')).not.toContain('Its board cannot measure a battery.');
});

it('the report about accounts shows their order, alphabets and suites', () => {
  const decimal = { digits: 6, alphabet: 'decimal' } as const;
  const accounts = [
    { ...account, ...decimal, id: '01020304', kind: 'totp', periodSeconds: 30, label: 'alice' },
    { ...account, id: '05060708', kind: 'hotp', counter: 7, label: 'bob', digits: 8, alphabet: 'hex' },
    { ...account, ...decimal, id: '090a0b0c', kind: 'ocra', label: 'bank', suite: 'OCRA-1:HOTP-SHA1-6:QN08' },
  ] as const;
  const [table] = listText({ serial, clock: 'trusted', free: 3, accounts });
  expect(table).toEqual({
    heading: ['no.', 'id', 'issuer', 'label', 'kind', 'hash', 'passcode', 'period/counter', 'state'],
    rows: [
      ['1', '01020304', 'Example', 'alice', 'TOTP', 'SHA-1', '6 digits', '30 s', 'good'],
      ['2', '05060708', 'Example', 'bob', 'HOTP', 'SHA-1', '8 hex characters', 'counter 7', 'good'],
      ['3', '090a0b0c', 'Example', 'bank', 'OCRA', 'SHA-1', '6 digits', 'OCRA-1:HOTP-SHA1-6:QN08', 'good'],
    ],
  });
});

describe('report about a clock', () => {
  const clock = {
    serial,
    fobTime: '2026-11-25T02:19:42.000Z',
    differenceMs: -1500,
    uncertaintyMs: 8,
    ageSeconds: 60,
    isSet: false,
  };

  it("the report about a clock gives the fob's own estimate, where the firmware has one", () => {
    expect(clockText({ ...clock, state: 'trusted' }).split('\n')).toHaveLength(3);
    const known = { ...clock, errorSeconds: 2, trimPpm: -3.5 };
    expect(
      clockText({ ...known, state: 'trusted' })
        .split('\n')
        .slice(3),
    ).toEqual(['It estimates its error at 2 s at most.', 'It corrects itself by -3.5 ppm.']);
    expect(clockText({ ...known, state: 'stale' })).toContain('no longer trusted. Run: passfob clock --set');
    expect(clockText({ serial, state: 'unset', isSet: false })).toContain('is not set');
  });
});

it('a message names the number to compare', () => {
  const asked = { event: 'press-needed', serial, purpose: 'respond' } as const;
  expect(progressText(asked)).toBe(
    `When ${serial} asks, hold its button for a second to send the response here; press it to decline.`,
  );
  expect(progressText({ ...asked, number: '07' })).toContain('asks and shows the number 07, hold its button');
});

it('a message says to hold again where the fob has not seen the hold', () => {
  expect(progressText({ event: 'press-awaited', serial })).toMatch(/^Still waiting\. Hold .* full second/);
});
