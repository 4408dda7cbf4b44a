import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { factsOf } from '@passfob/firmware/build/facts';
import { DRIFT_PPM, DRIFT_SECONDS } from '@passfob/firmware/core/base/limits';
import { DRIFT_BUDGET_MS, DRIFT_BUDGET_PPM } from 'passfob/limits';
import { canType, crystalPpmOf, knownBoards, measuresBattery } from 'passfob/owner/boards';
import { needsHold } from 'passfob/owner/clock';
import { driftOf, type HealthFacts, healthOf, needsAttention } from 'passfob/owner/health';
import { healthText } from 'passfob/owner/health-texts';
import type { ObservedClock, ObservedFob } from 'passfob/owner/observe';
import type { FobStatus } from 'passfob/owner/status';
import { expect, it } from 'vitest';

const status: FobStatus = {
  policy: { pinDigits: 6, attempts: 10, onLimit: 'lock', lockAfterSeconds: 0, ask: [], typing: 'never' },
  pin: 'set',
  isLocked: false,
  failures: 0,
  iterations: 500,
  canBeReset: true,
  wentBack: 'no',
};
const clock: ObservedClock = {
  state: 'trusted',
  errorMs: 100,
  uncertaintyMs: 505,
  errorSeconds: 1,
  trimPpm: 0,
  ageSeconds: 86_400,
};
const account = {
  id: Uint8Array.of(1, 2, 3, 4),
  isDamaged: false,
  kind: 2,
  issuer: 'Example',
  label: 'alice',
};
const well: ObservedFob = {
  serial: 'PF-QPZR-Y9X8',
  board: 'pico',
  firmware: '0.2.0',
  protocolVersion: 2,
  algorithms: 6,
  clock,
  status,
  accounts: [account],
  freeRecords: 31,
};
const facts: HealthFacts = { crystalPpm: 2, newestFirmware: '0.2.0', lastSetMs: 1 };

const kindsOf = (fob: ObservedFob, known = facts) => healthOf(fob, known).map(({ kind }) => kind);

it('a fob in order has no findings', () => {
  expect(kindsOf(well)).toEqual([]);
  // Firmware without PIN tells no status, and an unknown board has no facts.
  const { status: _, ...old } = well;
  expect(kindsOf(old, {})).toEqual([]);
});

it.each([
  ['battery-low', { status: { ...status, batteryPercent: 20 } }],
  ['pin-to-be-chosen', { status: { ...status, pin: 'to-be-chosen' } }],
  ['locked', { status: { ...status, isLocked: true }, accounts: 'locked' }],
  ['memory-went-back', { status: { ...status, wentBack: 'unknown' } }],
  ['cannot-reset-pin', { status: { ...status, canBeReset: false } }],
  ['old-firmware', { firmware: '0.1.9' }],
  ['damaged-account', { accounts: [{ ...account, isDamaged: true }] }],
  ['full', { freeRecords: 0 }],
  ['clock-unset', { clock: { state: 'unset', errorMs: null, uncertaintyMs: null } }],
  ['clock-stale', { clock: { ...clock, state: 'stale' } }],
] as const satisfies readonly (readonly [string, Partial<ObservedFob>])[])(
  'the finding %s is made where its cause is, alone',
  (kind, change: Partial<ObservedFob>) => {
    expect(kindsOf({ ...well, ...change })).toEqual([kind]);
  },
);

it('a battery above a fifth and firmware that is as new or newer are no findings', () => {
  expect(kindsOf({ ...well, status: { ...status, batteryPercent: 21 } })).toEqual([]);
  for (const firmware of ['0.2.0', '0.2.1', '0.10.0', '1.0.0', 'test']) {
    expect(kindsOf({ ...well, firmware })).toEqual([]);
  }
  expect(kindsOf({ ...well, firmware: '0.9.0' }, { ...facts, newestFirmware: '0.10.0' })).toEqual([
    'old-firmware',
  ]);
});

it('a locked or full fob needs nobody, except one whose PIN attempts are used up', () => {
  expect(needsAttention({ kind: 'full' })).toBe(false);
  expect(needsAttention({ kind: 'locked', attemptsLeft: 1 })).toBe(false);
  const dead = { ...well, status: { ...status, isLocked: true, failures: 10 } };
  const [finding] = healthOf(dead, facts);
  expect([finding, finding && needsAttention(finding)]).toEqual([{ kind: 'locked', attemptsLeft: 0 }, true]);
  expect(needsAttention({ kind: 'battery-low', percent: 3 })).toBe(true);
});

it('every finding is described in a sentence', () => {
  const findings = [
    ...healthOf({ ...well, clock: { state: 'unset', errorMs: null, uncertaintyMs: null } }, facts),
    ...healthOf({ ...well, clock: { ...clock, errorMs: 3 * 3_600_000 } }, facts),
    ...healthOf({ ...well, accounts: [{ ...account, isDamaged: true }], freeRecords: 0 }, facts),
    ...healthOf({ ...well, status: { ...status, isLocked: true, failures: 9 }, firmware: '0.1.0' }, facts),
  ];
  expect(findings.map(healthText)).toEqual([
    'Its clock lost its time.',
    'Its clock is 3 h ahead.',
    'Its account Example:alice is damaged.',
    'No further account fits on it.',
    'It is locked by its PIN (1 attempt is left), so its accounts cannot be read.',
    'Its firmware is 0.1.0; the newest is 0.2.0.',
  ]);
  const [unset] = healthOf({ ...well, clock: { ...clock, state: 'unset', errorMs: null } }, {});
  expect(unset && healthText(unset)).toBe('Its clock is not set.');
});

it('a clock is off only when it is certainly off by more than a second', () => {
  expect(kindsOf({ ...well, clock: { ...clock, errorMs: -1_505 } })).toEqual([]);
  expect(kindsOf({ ...well, clock: { ...clock, errorMs: -1_506 } })).toEqual(['clock-off']);
  // Over a slow relay the same reading proves less.
  expect(kindsOf({ ...well, clock: { ...clock, errorMs: -1_506, uncertaintyMs: 900 } })).toEqual([]);
});

it('a step back needs a hold, and so does a step forward beyond the drift budget', () => {
  const day = { ...clock, ageSeconds: 86_400 };
  // 200 ppm of a day are 17.28 s, and five seconds.
  expect(needsHold({ ...day, errorMs: -22_000 })).toBe(false);
  expect(needsHold({ ...day, errorMs: -22_800 })).toBe(true);
  expect([needsHold({ ...day, errorMs: 506 }), needsHold({ ...day, errorMs: 505 })]).toEqual([true, false]);
  expect(needsHold({ state: 'unset', errorMs: null, uncertaintyMs: null })).toBe(false);
});

it('the drift budget is that of the firmware', () => {
  expect([DRIFT_BUDGET_PPM, DRIFT_BUDGET_MS]).toEqual([DRIFT_PPM, DRIFT_SECONDS * 1000]);
});

it('a drift beyond what the crystal may is a finding, once it is certain', () => {
  const month = { ...clock, ageSeconds: 30 * 86_400 };
  expect(driftOf({ ...month, errorMs: -25_920 })).toEqual({ ppm: -10, uncertaintyPpm: 0.6 });
  const drifting = { ...well, clock: { ...month, errorMs: -25_920 } };
  expect(healthOf(drifting, facts)).toEqual([
    { kind: 'clock-off', errorMs: -25_920, needsHold: false },
    { kind: 'drift-high', driftPpm: -10, crystalPpm: 2 },
  ]);
  // A board whose crystal may drift so far.
  expect(kindsOf(drifting, { ...facts, crystalPpm: 20 })).toEqual(['clock-off']);
  // 2.5 ppm, known to 0.6, may be 2.
  expect(kindsOf({ ...well, clock: { ...month, errorMs: 6_480 } })).toEqual(['clock-off']);
  // An hour proves nothing, and a clock that is off by days was set wrong.
  expect(driftOf({ ...clock, errorMs: 1_500, ageSeconds: 3_599 })).toBeUndefined();
  expect(driftOf({ ...month, errorMs: 86_400_000 })).toBeUndefined();
});

it('the crystals of the boards are those of their firmware', () => {
  const boards = fileURLToPath(new URL('../../../firmware/boards', import.meta.url));
  const sources = readdirSync(boards, { recursive: true, encoding: 'utf8' }).filter(name =>
    name.endsWith('.ts'),
  );
  const facts = sources.flatMap(name => {
    const [, ppm] = /clockPpm: (\d+),/.exec(readFileSync(join(boards, name), 'utf8')) ?? [];
    return ppm === undefined ? [] : [[name.split(/[\\/]/)[0], Number(ppm)]];
  });
  expect(Object.fromEntries(facts)).toEqual({ banglejs2: 20, bench: 2, parts: 2 });
  // The boards of an I2C bus share one profile, whose clock is the DS3231.
  const own = facts.filter(([name]) => name !== 'parts');
  for (const [board, ppm] of own) expect(crystalPpmOf(String(board))).toBe(ppm);
  const others = knownBoards().filter(board => !own.some(([name]) => name === board));
  expect(others).toEqual(['pico', 'pico-hid', 'espruino-wifi', 'rpi-pico', 'rpi-pico2']);
  for (const board of others) expect(crystalPpmOf(board)).toBe(2);
  expect(crystalPpmOf('toString')).toBeUndefined();
});

it('the boards without a keyboard, and without a reading of their battery, are those of their firmware', () => {
  for (const board of ['pico', 'espruino-wifi', 'rpi-pico', 'rpi-pico2'] as const) {
    const { HAS_USB_HID, MEASURES_SUPPLY } = factsOf(board);
    expect([board, String(canType(board)), String(measuresBattery(board))]).toEqual([
      board,
      HAS_USB_HID,
      MEASURES_SUPPLY,
    ]);
  }
});
