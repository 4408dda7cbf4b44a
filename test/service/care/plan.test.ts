import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CareKind, Role } from '@passfob/service/base/kinds';
import { careLimits } from '@passfob/service/base/limits/care';
import { type Action, may, permissions } from '@passfob/service/base/permissions';
import type { CareCause } from '@passfob/service/base/texts/care';
import { type AccountToken, type DesiredFob, removalsOf } from '@passfob/service/subjects/care/desired';
import { mayHold } from '@passfob/service/subjects/care/hold';
import { careActions } from '@passfob/service/subjects/care/journal';
import { type CareStep, orderOn, planCare, stepKey } from '@passfob/service/subjects/care/plan';
import { taskActs } from '@passfob/service/subjects/care/task-acts';
import type { FobTaskRow } from '@passfob/service/subjects/tokens/fob-tasks';
import fc from 'fast-check';
import type { ObservedFob } from 'passfob/owner/observe';
import { expect, it, test } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { root } from '../../tools/tidy/files.ts';
import { openEachScene, scene } from './kit.ts';

openEachScene();

const IDS = ['0a000001', '0b000002', '0c000003', '0d000004'];
const VAULT: ReadonlySet<CareKind> = new Set(['remove-account', 'rename-account', 'order', 'recovery-key']);

const ids = fc.uniqueArray(fc.constantFrom(...IDS));

const task = (kind: CareKind, subject: string, wanted: unknown) =>
  fc
    .record({
      cause: fc.constantFrom<CareCause>('asked', 'revoked', 'policy', 'returned'),
      step: fc.constantFrom('', 'sent'),
      needs_hold: fc.constantFrom<0 | 1>(0, 1),
    })
    .map(
      (some): FobTaskRow => ({
        id: `${kind}-${subject}`,
        fob_id: 'fob',
        kind,
        subject,
        state: 'waiting',
        wanted: JSON.stringify(wanted),
        actor: 'grace',
        created_ms: 0,
        changed_ms: 0,
        attempts: 0,
        message: '',
        ...some,
      }),
    );

const names = { issuer: 'new', label: 'new' };
const tasks = fc
  .tuple(
    ...IDS.flatMap(id => [task('remove-account', id, {}), task('rename-account', id, names)]),
    task('pin-reset', '', {}),
    task('clock', '', {}),
    task('policy', '', {}),
    task('require-pin', '', {}),
    task('power-loss', '', {}),
    task('recovery-key', '', {}),
    task('order', '', { accounts: [...IDS].reverse() }),
    task('erase', '', {}),
  )
  .chain(all => fc.subarray(all));

const clock: fc.Arbitrary<ObservedFob['clock']> = fc.oneof(
  fc.constant({ state: 'unset', errorMs: null, uncertaintyMs: null } as const),
  fc.record({
    state: fc.constantFrom('trusted', 'stale'),
    errorMs: fc.integer({ min: -100_000, max: 100_000 }),
    uncertaintyMs: fc.constant(500),
    ageSeconds: fc.integer({ min: 0, max: 10_000_000 }),
  }),
);

const status: fc.Arbitrary<ObservedFob['status']> = fc.option(
  fc.record({
    policy: fc.record({
      pinDigits: fc.constantFrom(0, 4, 6),
      attempts: fc.constant(10),
      onLimit: fc.constant('lock'),
      lockAfterSeconds: fc.constant(60),
      ask: fc.constant([]),
      typing: fc.constant('never'),
    }),
    pin: fc.constantFrom('none', 'set', 'to-be-chosen'),
    isLocked: fc.boolean(),
    failures: fc.constant(0),
    iterations: fc.constantFrom(0, 1),
    canBeReset: fc.boolean(),
    wentBack: fc.constantFrom('no', 'unknown', 'yes'),
  }) as fc.Arbitrary<NonNullable<ObservedFob['status']>>,
  { nil: undefined },
);

const observed: fc.Arbitrary<ObservedFob> = fc
  .record({ clock, status, there: ids, isLocked: fc.boolean() })
  .map(({ clock: seen, status: told, there, isLocked }) => ({
    serial: 'PF-0',
    board: 'core',
    firmware: 'test',
    protocolVersion: 2,
    algorithms: 14,
    clock: seen,
    ...(told && { status: { ...told, isLocked } }),
    accounts: isLocked
      ? ('locked' as const)
      : there.map(id => ({
          id: new Uint8Array(Buffer.from(id, 'hex')),
          isDamaged: false,
          kind: 2,
          issuer: 'old',
          label: 'old',
        })),
  }));

const desired: fc.Arbitrary<DesiredFob> = fc
  .record({
    gone: ids,
    held: ids,
    pinDigits: fc.constantFrom(0, 4, 8),
    hasNextRecovery: fc.boolean(),
    state: fc.constantFrom('in_use', 'found', 'retired'),
  })
  .map(({ gone, held, ...rest }) => ({
    ...rest,
    removals: new Map(gone.map(id => [id, 'revoked' as const])),
    held: new Set(held.filter(id => !gone.includes(id))),
  }));

/** What a step leaves of a fob, as far as the next plan looks at it. */
function after(fob: ObservedFob, step: CareStep): ObservedFob {
  const { accounts } = fob;
  const idOf = ({ id }: { readonly id: Uint8Array }) => Buffer.from(id).toString('hex');
  if (step.kind === 'clock')
    return { ...fob, clock: { state: 'trusted', errorMs: 0, uncertaintyMs: 500, ageSeconds: 0 } };
  if (step.kind === 'pin-reset')
    return fob.status === undefined
      ? fob
      : { ...fob, status: { ...fob.status, isLocked: false, iterations: 0 }, accounts: [] };
  if (accounts === 'locked') return fob;
  if (step.kind === 'remove-account')
    return { ...fob, accounts: accounts.filter(account => idOf(account) !== step.subject) };
  return fob;
}

type Fob = [wanted: DesiredFob, seen: ObservedFob, stored: FobTaskRow[]];

/** Checks a property of any fob and its tasks. */
const always = (check: (...about: [...Fob, holds: boolean]) => void) =>
  fc.assert(fc.property(desired, observed, tasks, fc.boolean(), check), { numRuns: countOf(300, 20_000) });

const planOf = (...[wanted, seen, stored, mayHold, isAttended]: [...Fob, boolean, boolean]) =>
  planCare(wanted, seen, stored, { mayHold, isAttended, tried: new Map() });

it('accounts that must go always come before everything else, and no account in use goes', LONG, () => {
  always((wanted, seen, stored, holds) => {
    const { steps } = planOf(wanted, seen, stored, holds, holds);
    if (!holds) expect(steps.some(({ kind }) => kind === 'power-loss')).toBe(false);
    const others = steps.slice(steps.findIndex(({ kind }) => kind !== 'remove-account'));
    if (steps.some(({ kind }) => kind !== 'remove-account'))
      expect(others.filter(({ kind }) => kind === 'remove-account')).toEqual([]);
    for (const { kind, subject } of steps)
      if (kind === 'remove-account') expect(wanted.held.has(subject)).toBe(false);
    if (seen.accounts === 'locked') expect(steps.some(({ kind }) => VAULT.has(kind))).toBe(false);
    else
      for (const { id } of seen.accounts) {
        const account = Buffer.from(id).toString('hex');
        const goes = steps.some(({ kind, subject }) => kind === 'remove-account' && subject === account);
        if (wanted.removals.has(account)) expect(goes).toBe(true);
      }
  });
});

it('nobody is asked for a hold who may not be, and an erasure comes with removals alone', LONG, () => {
  always((wanted, seen, stored) => {
    const quiet = planOf(wanted, seen, stored, false, true);
    expect(quiet.steps.some(({ needsHold }) => needsHold)).toBe(false);
    expect(quiet.steps.some(({ kind }) => kind === 'erase')).toBe(false);
    const { steps } = planOf(wanted, seen, stored, true, true);
    if (!steps.some(({ kind }) => kind === 'erase')) return;
    expect(steps.filter(({ kind }) => kind !== 'erase' && kind !== 'remove-account')).toEqual([]);
  });
});

it('each open task is either a step, waits with a reason, or ends', LONG, () => {
  always((wanted, seen, stored) => {
    const plan = planOf(wanted, seen, stored, false, true);
    const keys = [
      ...plan.steps,
      ...plan.waiting,
      ...plan.closed.map(({ task: { kind, subject } }) => ({ kind, subject })),
    ].map(stepKey);
    expect(new Set(keys).size).toBe(keys.length);
    for (const one of stored) expect(keys).toContain(stepKey(one));
  });
});

it('a run comes to an end: no step is planned again after it was tried', LONG, () => {
  always((wanted, seen, stored) => {
    let fob = seen;
    let left = stored;
    const tried = new Map<string, ''>();
    for (let turns = 0; ; turns++) {
      expect(turns).toBeLessThan(32);
      const [step] = planCare(wanted, fob, left, { mayHold: true, isAttended: true, tried }).steps;
      if (step === undefined) return;
      expect(tried.has(stepKey(step))).toBe(false);
      tried.set(stepKey(step), '');
      left = left.filter(one => stepKey(one) !== stepKey(step));
      fob = after(fob, step);
    }
  });
});

it('the wanted accounts come first in the order, and none is lost or invented', () => {
  fc.assert(
    fc.property(ids, ids, (present, wanted) => {
      const ordered = orderOn(present, wanted);
      expect([...ordered].sort()).toEqual([...present].sort());
      const first = wanted.filter(id => present.includes(id));
      expect(ordered.slice(0, first.length)).toEqual(first);
    }),
  );
});

const token = (changes: Partial<AccountToken>): AccountToken => ({
  account: '0a000001',
  state: 'active',
  userId: 'ada',
  formerUserId: undefined,
  sinceMs: 1,
  ...changes,
});
const causeOf = (...tokens: AccountToken[]) => removalsOf(tokens, 'in_use').get('0a000001');

it('the account of a revoked, unassigned or reassigned token goes, and others stay', () => {
  const hers = token({ account: '0b000002' });
  expect(causeOf(token({}))).toBeUndefined();
  expect(causeOf(token({ state: 'revoked', userId: null, sinceMs: undefined }))).toBe('revoked');
  const free = { state: 'inventory', userId: null, sinceMs: undefined } as const;
  expect(causeOf(token(free))).toBeUndefined();
  expect(causeOf(token({ ...free, formerUserId: 'ada' }))).toBe('unassigned');
  const moved = token({ userId: 'bob', formerUserId: 'ada', sinceMs: 2 });
  expect(causeOf(moved)).toBeUndefined();
  expect(causeOf(moved, hers)).toBe('reassigned');
  // Two users who share a fob since they got it both keep their accounts.
  expect(causeOf(token({ userId: 'bob', sinceMs: 2 }), hers)).toBeUndefined();
});

it('all accounts of tokens go from a fob that was lost, whoever has them', () => {
  for (const state of ['lost', 'found'] as const)
    expect(removalsOf([token({})], state)).toEqual(new Map([['0a000001', 'lost']]));
});

const quiet = {
  isForeground: false,
  connectedMs: careLimits.holdAfterMs,
  isPushPending: false,
  wasAsked: false,
  putOffUntilMs: 0,
  nowMs: 1_000_000_000,
};

it('an agent’s person is asked once, after a minute, never beside a push and not before the end of "later"', () => {
  expect(mayHold(quiet)).toBe(true);
  expect(mayHold({ ...quiet, connectedMs: careLimits.holdAfterMs - 1 })).toBe(false);
  expect(mayHold({ ...quiet, isPushPending: true })).toBe(false);
  expect(mayHold({ ...quiet, wasAsked: true })).toBe(false);
  expect(mayHold({ ...quiet, putOffUntilMs: quiet.nowMs + 1 })).toBe(false);
  expect(mayHold({ ...quiet, putOffUntilMs: quiet.nowMs })).toBe(true);
  // A clock that went back does not put it off for longer than a day.
  expect(mayHold({ ...quiet, putOffUntilMs: quiet.nowMs + careLimits.putOffMs + 1 })).toBe(true);
});

it('a person who opened a page or ran a command is asked at once, but not beside a push', () => {
  const present = {
    ...quiet,
    isForeground: true,
    connectedMs: 0,
    wasAsked: true,
    putOffUntilMs: quiet.nowMs + 1,
  };
  expect(mayHold(present)).toBe(true);
  expect(mayHold({ ...present, isPushPending: true })).toBe(false);
});

const DESK: readonly Action[] = ['fob.clock', 'fob.reset-pin', 'fob.power-loss', 'fob.lost', 'fob.found'];
const ADMIN: readonly Action[] = [
  'fob.policy',
  'fob.rename',
  'fob.order',
  'fob.remove-account',
  'fob.return',
  'fob.erase',
  'fob.retire',
  'fob.give',
];
const DANGEROUS: readonly Action[] = ['fob.reset-pin', 'fob.return', 'fob.erase', 'fob.retire', 'fob.give'];

test('the help desk sets clocks, resets PINs, acknowledges losses of power and reports fobs lost and found; administrators do everything else', () => {
  const ofFobs = (Object.keys(permissions) as Action[]).filter(action => action.startsWith('fob.'));
  expect([...ofFobs].sort()).toEqual([...DESK, ...ADMIN].sort());
  for (const action of ofFobs) {
    const roles = (['admin', 'helpdesk', 'auditor'] as Role[]).filter(role => may(role, action));
    expect([action, roles]).toEqual([action, DESK.includes(action) ? ['admin', 'helpdesk'] : ['admin']]);
    expect([action, permissions[action].dangerous]).toEqual([action, DANGEROUS.includes(action)]);
  }
});

test('an act on a fob needs the fresh proof that the same act on a token or a user needs', () => {
  const acts = ['fob.return', 'fob.retire', 'token.revoke', 'fob.reset-pin', 'token.temporary-code'] as const;
  for (const action of acts) expect([action, permissions[action].dangerous]).toEqual([action, true]);
});

test('every task that people may ask for needs a permission of fobs, under which the audit has it', async () => {
  const { id } = await scene.account(undefined, 'spare');
  const more = {
    'remove-account': { account: id },
    'rename-account': { account: id, issuer: 'a', label: 'b' },
    order: { accounts: [id] },
  } as const;
  const askedKinds = Object.keys(taskActs) as (keyof typeof taskActs)[];
  const permissionOf = (kind: keyof typeof taskActs) => taskActs[kind].row.permission;
  for (const kind of askedKinds) {
    expect(careActions[kind]).toBe(permissionOf(kind));
    await scene.ask({ kind, ...(kind in more && more[kind as keyof typeof more]) });
  }
  const asked = await scene.acts('asked');
  expect(asked.sort()).toEqual(askedKinds.map(permissionOf).sort());
});

const page = readFileSync(join(root, 'docs/care.md'), 'utf8');

it('docs/care.md has the limits of tasks and questions as they are', () => {
  expect(page).toContain(`at most ${careLimits.tasksOpenMax} tasks that wait`);
  expect(careLimits.putOffMs).toBe(24 * 3_600_000);
  expect(careLimits.holdAfterMs).toBe(60_000);
  expect(careLimits.clockHoldErrorMs).toBe(10_000);
});
