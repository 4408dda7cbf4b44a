import { openStore } from '@passfob/service/storage/database/database';
import { openKeyFile } from '@passfob/service/storage/encryption-at-rest/key-file';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../kit/folder.ts';
import { startNode } from '../../service/nodes/node.ts';
import { addApplication } from './validate/application.ts';
import { type Load, run } from './validate/load.ts';
import { codeOf, populate, userOf } from './validate/population.ts';

const EACH = 2_000;
const CONNECTIONS = 8;
/** The most by which the area under the curve may differ from one half: `docs/performance.md`. */
const AREA_OFF_MAX = 0.03;

/** The kinds of refusal, and the users that get them. */
const KINDS = ['wrong', 'replay', 'locked', 'revoked', 'unknown'] as const;
type Kind = (typeof KINDS)[number];

/** Users of a kind are adjacent, in the order of the kinds. */
const userFor = (kind: Kind, nth: number) => KINDS.indexOf(kind) * EACH + nth;

function bodyFor(kind: Kind, nth: number): string {
  const user = userFor(kind, nth);
  const passcode = kind === 'wrong' ? codeOf(user, 999) : codeOf(user, 0);
  const source = `10.${KINDS.indexOf(kind)}.${nth >> 8}.${nth & 255}`;
  return JSON.stringify({ user: kind === 'unknown' ? `no-${userOf(user)}` : userOf(user), passcode, source });
}

/**
 * Returns the probability that a refusal of one kind takes longer than one of the other; one half reveals nothing.
 */
function areaUnderCurve(one: readonly number[], other: readonly number[]): number {
  const all = [...one.map(ms => ({ ms, isOne: true })), ...other.map(ms => ({ ms, isOne: false }))];
  all.sort((left, right) => left.ms - right.ms);
  let ranks = 0;
  for (const [rank, { isOne }] of all.entries()) if (isOne) ranks += rank + 1;
  return (ranks - (one.length * (one.length + 1)) / 2) / (one.length * other.length);
}

/** Returns the kinds in a random order that is the same each time. */
function mixed(): { kind: Kind; nth: number }[] {
  const order = KINDS.flatMap(kind => Array.from({ length: EACH }, (_, nth) => ({ kind, nth })));
  let state = 1;
  for (let left = order.length - 1; left > 0; left--) {
    state = (state * 48_271) % 2_147_483_647;
    const other = state % (left + 1);
    const [a, b] = [order[left], order[other]];
    if (a !== undefined && b !== undefined) [order[left], order[other]] = [b, a];
  }
  return order;
}

it('response times distinguish refusals no better than chance', async () => {
  const directory = temporaryFolder('bench');
  const store = await openStore({ directory });
  const apiKey = await addApplication(store);
  await populate(store.db, openKeyFile(directory, true), EACH * KINDS.length);
  const users = (kind: Kind) => Array.from({ length: EACH }, (_, nth) => `u${userFor(kind, nth)}`);
  await store.db
    .updateTable('users')
    .set({ failures: 3, last_failure_ms: Date.now() + 3_600_000 })
    .where('id', 'in', users('locked'))
    .execute();
  await store.db
    .updateTable('tokens')
    .set({ state: 'revoked', revoked_reason: 'lost', sealed_secret: null, key_id: null })
    .where('user_id', 'in', users('revoked'))
    .execute();
  await store.close();
  const node = await startNode({ kind: 'service', directory });
  const usual = { url: new URL(node.url), apiKey, path: '/v1/validate', connections: CONNECTIONS };
  const load = (body: Load['body'], requests: number) => run({ ...usual, body, requests });
  // Each passcode is used once, so that it is a replay afterwards.
  await load(nth => bodyFor('replay', nth), EACH);
  const order = mixed();
  const result = await load(nth => bodyFor(order[nth]?.kind ?? 'wrong', order[nth]?.nth ?? 0), order.length);
  await node.kill();
  expect(result.statuses).toEqual({ 403: order.length });
  const timesOf = (kind: Kind) => [...result.times].filter((_, nth) => order[nth]?.kind === kind);
  for (const [index, one] of KINDS.entries())
    for (const other of KINDS.slice(index + 1)) {
      const area = areaUnderCurve(timesOf(one), timesOf(other));
      console.log(`${one} against ${other}: ${area.toFixed(3)}`);
      expect(Math.abs(area - 0.5)).toBeLessThanOrEqual(AREA_OFF_MAX);
    }
});
