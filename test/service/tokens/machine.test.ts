import type { Result } from '@passfob/service/base/results';
import { mayBecome, tokenStates } from '@passfob/service/base/token-states';
import { writing } from '@passfob/service/storage/database/database';
import {
  assignToken,
  reactivateToken,
  renameToken,
  reserveToken,
  revokeToken,
  suspendToken,
  unassignToken,
} from '@passfob/service/subjects/tokens/acts';
import { issueToken } from '@passfob/service/subjects/tokens/issue';
import type { TokenRow } from '@passfob/service/subjects/tokens/rows';
import fc from 'fast-check';
import { expect } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { helpdesk, type Office, testOfOffice as test } from '../users/kit.ts';

type Step = { readonly act: string; readonly token: number; readonly user: number };

const acts = [
  ...['assign', 'reserve', 'reserveFor', 'unassign', 'suspend', 'reactivate', 'revoke', 'rename', 'use'],
];
const users = ['ada', 'bob'];

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    act: fc.constantFrom(...acts),
    token: fc.integer({ min: 0, max: 1 }),
    user: fc.integer({ min: 0, max: 1 }),
  }),
  { minLength: 1, maxLength: 25 },
);

test('property: after any acts on tokens, the database satisfies the constraints of their states', async office => {
  for (const user of users) await office.userId(user);
  let run = 0;
  await fc.assert(
    fc.asyncProperty(steps, async sequence => {
      run++;
      const serials = [`A-${run}`, `B-${run}`];
      for (const serial of serials) await office.issue(serial, { kind: 'hotp', counter: 5 });
      const marks = new Map<string, number>();
      for (const step of sequence) {
        office.nowMs += 1000;
        const serial = serials[step.token] ?? '';
        const before = await rowOf(office, serial);
        const result = await perform(office, serial, step);
        const after = await rowOf(office, serial);
        if (result !== undefined && !result.ok) expect(after).toEqual(before);
        if (after.state !== before.state) expect(mayBecome(before.state, after.state)).toBe(true);
        for (const one of serials) await checkRow(office, await rowOf(office, one), marks);
      }
      // Makes room for the users of the next run.
      for (const serial of serials)
        await revokeToken(office.management, helpdesk, { serial, reason: 'retired' });
    }),
    { numRuns: 40 },
  );
});

async function perform(
  office: Office,
  serial: string,
  { act, user }: Step,
): Promise<Result<unknown> | undefined> {
  const { management } = office;
  const name = users[user] ?? '';
  switch (act) {
    case 'assign':
      return assignToken(management, helpdesk, { serial, user: name });
    case 'reserve':
      return reserveToken(management, helpdesk, { serial });
    case 'reserveFor':
      return reserveToken(management, helpdesk, { serial, user: name });
    case 'unassign':
      return unassignToken(management, helpdesk, { serial });
    case 'suspend':
      return suspendToken(management, helpdesk, { serial });
    case 'reactivate':
      return reactivateToken(management, helpdesk, { serial });
    case 'revoke':
      return revokeToken(management, helpdesk, { serial, reason: 'lost' });
    case 'rename':
      return renameToken(management, helpdesk, { serial, label: 'desk drawer' });
    default:
      await use(office, serial);
      return undefined;
  }
}

/** Changes a row like an accepted passcode. */
async function use(office: Office, serial: string): Promise<void> {
  await writing(office.store.db, async db => {
    await db
      .updateTable('tokens')
      .set(set => ({ last_step: set('last_step', '+', 1), state: 'active' }))
      .where('serial', '=', serial)
      .where('state', 'in', ['assigned', 'active'])
      .execute();
  });
}

function rowOf(office: Office, serial: string): Promise<TokenRow> {
  return office.row('tokens', { serial });
}

async function checkRow(office: Office, row: TokenRow, marks: Map<string, number>): Promise<void> {
  const rule = tokenStates[row.state];
  expect(row.sealed_secret !== null).toBe(rule.seed);
  expect(row.key_id !== null).toBe(rule.seed);
  expect(row.revoked_reason !== null).toBe(row.state === 'revoked');
  if (rule.user !== 'perhaps') expect(row.user_id !== null).toBe(rule.user === 'one');
  expect(row.last_step).toBeGreaterThanOrEqual(marks.get(row.id) ?? 4);
  marks.set(row.id, row.last_step);
  const history = await office.rows('assignments', { token_id: row.id }, 'from_ms');
  const open = history.filter(({ to_ms }) => to_ms === null);
  expect(open.map(({ user_id }) => user_id)).toEqual(rule.user === 'one' ? [row.user_id] : []);
  for (const [at, { to_ms }] of history.entries()) {
    const next = history[at + 1];
    if (next !== undefined) expect(to_ms ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(next.from_ms);
  }
}

test('an act whose audit row cannot be written changes nothing', async office => {
  await office.userId('ada');
  await office.issue('S-1', { user: 'ada' });
  const { keys } = office.management;
  const management = {
    ...office.management,
    keys: {
      ...keys,
      get mac(): Uint8Array {
        throw new Error('no key');
      },
    },
  };
  await expect(suspendToken(management, helpdesk, { serial: 'S-1' })).rejects.toThrow('no key');
  expect((await rowOf(office, 'S-1')).state).toBe('assigned');
});

test('a user has a limited number of tokens, including reserved and excluding revoked ones', async office => {
  await office.userId('ada');
  for (let at = 0; at < 10; at++) await office.issue(`S-${at}`);
  for (let at = 0; at < 4; at++) await office.do(assignToken, { serial: `S-${at}`, user: 'ada' }, helpdesk);
  for (let at = 4; at < 8; at++) await office.do(reserveToken, { serial: `S-${at}`, user: 'ada' }, helpdesk);
  expect(await office.code(assignToken, { serial: 'S-8', user: 'ada' }, helpdesk)).toBe('too_many_tokens');
  await office.do(assignToken, { serial: 'S-7', user: 'ada' }, helpdesk);
  await office.do(revokeToken, { serial: 'S-0', reason: 'lost' }, helpdesk);
  await office.do(assignToken, { serial: 'S-8', user: 'ada' }, helpdesk);
  expect(await office.code(reserveToken, { serial: 'S-9', user: 'ada' }, helpdesk)).toBe('too_many_tokens');
});

test('a token reserved for one user is not given to another, and no user is created for it', async office => {
  await office.userId('ada');
  await office.userId('bob');
  await office.issue('S-1');
  await office.do(reserveToken, { serial: 'S-1', user: 'ada' }, helpdesk);
  expect(await office.code(assignToken, { serial: 'S-1', user: 'bob' }, helpdesk)).toBe(
    'reserved_for_another',
  );
  expect(await office.code(assignToken, { serial: 'S-1', user: 'carl' }, helpdesk)).toBe('unknown_user');
  const input = {
    serial: 'S-9',
    kind: 'totp',
    secret: secret(new Uint8Array(20).fill(7)),
    user: 'carl',
  } as const;
  expect(await office.code(issueToken, input, helpdesk)).toBe('unknown_user');
  expect(await office.store.db.selectFrom('users').select('id').execute()).toHaveLength(2);
});
