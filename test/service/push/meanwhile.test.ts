import type { TokenState } from '@passfob/service/base/token-states';
import type { Management } from '@passfob/service/storage/management';
import type { PushSchema, PushState, Schema } from '@passfob/service/storage/schema/schema';
import {
  answerPush,
  claimPush,
  endPush,
  pushShown,
  returnPush,
} from '@passfob/service/subjects/push/delivery';
import type { Updateable } from 'kysely';
import { expect, test } from 'vitest';
import { setIn } from '../kit/rows.ts';
import { isOnPostgres } from '../kit.ts';
import { meanwhile } from '../waiting.ts';
import { outcomes, SESSION } from './kit.ts';
import { db, fob, management, office, openEachScene, scene } from './scene.ts';

type Change = Updateable<PushSchema['pushes']>;

openEachScene();

/** Changes the request in a transaction that is still open while the work reads it. */
function whilePush<T>(id: string, change: Change, work: () => Promise<T>): Promise<T> {
  return meanwhile(db, tx => setIn(tx, 'pushes', change, { id }), work);
}

for (const state of ['withdrawn', 'used', 'refused'] satisfies PushState[])
  test.runIf(isOnPostgres)(
    `a redemption of a request that became ${state} since it was read lets nobody in (only on PostgreSQL)`,
    async () => {
      const push = await scene.ask('ada');
      await fob.approve();
      expect(await whilePush(push.id, { state }, () => scene.take(push))).toBe('no_push');
      expect(await scene.stateOf(push)).toBe(state);
      expect(await outcomes(office)).not.toContain('accepted');
    },
  );

/** Columns that a token loses with its state. */
const gone: Partial<Record<TokenState, Updateable<Schema['tokens']>>> = {
  revoked: { revoked_reason: 'retired', sealed_secret: null, key_id: null },
};

for (const state of ['suspended', 'revoked', 'inventory'] satisfies TokenState[])
  test.runIf(isOnPostgres)(
    `a redemption whose token became ${state} since it was read lets nobody in and does not restore the token (only on PostgreSQL)`,
    async () => {
      const push = await scene.ask('ada');
      await fob.approve();
      const taken = await meanwhile(
        db,
        tx => setIn(tx, 'tokens', { state, ...gone[state] }, { serial: fob.token.serial }),
        () => scene.take(push),
      );
      expect(taken).toBe('no_usable_token');
      const token = await db.selectFrom('tokens').selectAll().executeTakeFirstOrThrow();
      expect([token.state, token.last_used_ms]).toEqual([state, null]);
      expect(await scene.stateOf(push)).toBe('refused');
    },
  );

for (const change of [{ state: 'withdrawn' }, { link: 'another' }] satisfies Change[])
  test.runIf(isOnPostgres)(
    `an answer to a request whose ${Object.keys(change)[0]} changed since it was read approves nothing (only on PostgreSQL)`,
    async () => {
      const push = await scene.ask('ada');
      const shown = await fob.show();
      const answer = () => answerPush(management, shown, fob.answer(shown.question));
      expect(await whilePush(push.id, change, answer)).toBe(false);
      expect(await office.row('pushes', { id: push.id })).toMatchObject({ state: 'shown', ...change });
      expect(await scene.take(push)).not.toBe('accepted');
    },
  );

test('a connection that is not the newest of the fob, or claims too late, claims no request', async () => {
  const { id } = await scene.ask('ada');
  const older = fob.link ?? '';
  const newer = await fob.connect();
  expect(await claimPush(management, id, older)).toBe(false);
  office.nowMs += 59_999;
  expect(await claimPush(management, id, newer)).toBe(true);
  expect(await returnPush(management, { id, link: newer })).toBe(true);
  office.nowMs += 1;
  expect(await claimPush(management, id, newer)).toBe(false);
  expect(await office.row('pushes', { id })).toMatchObject({ state: 'waiting', link: null });
});

test.runIf(isOnPostgres)(
  'a denial of a request that is withdrawn at the same moment still counts (only on PostgreSQL)',
  async () => {
    const push = await scene.ask('ada');
    const shown = await fob.show();
    const report = () => endPush(management, shown, 'reported');
    expect(await whilePush(push.id, { state: 'withdrawn' }, report)).toBe(false);
    const { state, quiet_until_ms } = await office.row('pushes', { id: push.id });
    expect([state, quiet_until_ms > office.nowMs]).toEqual(['withdrawn', true]);
    expect(await db.selectFrom('alerts').select('kind').execute()).toEqual([{ kind: 'report' }]);
  },
);

test.runIf(isOnPostgres)(
  'a connection changes no request that was withdrawn or reclaimed since it was read (only on PostgreSQL)',
  async () => {
    const link = fob.link ?? '';
    const claimed = async () => {
      const push = await scene.ask('ada');
      if (!(await claimPush(management, push.id, link))) throw new Error('the request was not claimed');
      return push.id;
    };
    const unclaimed = (await scene.ask('ada')).id;
    const claim = () => claimPush(management, unclaimed, link);
    expect(await whilePush(unclaimed, { state: 'withdrawn' }, claim)).toBe(false);
    const doubled = (await scene.ask('ada')).id;
    const again = () => claimPush(management, doubled, link);
    expect(await whilePush(doubled, { state: 'sent', link }, again)).toBe(false);
    for (const act of [pushShown, (m: Management, id: string) => returnPush(m, { id, link })])
      for (const change of [{ state: 'withdrawn' }, { link: 'another' }] as const) {
        const id = await claimed();
        expect(await whilePush(id, change, () => act(management, id, link))).toBe(false);
        expect(await office.row('pushes', { id })).toMatchObject(change);
        office.nowMs += 600_000;
      }
  },
);

test.runIf(isOnPostgres)(
  'a request whose claim is still being committed is given back afterwards (only on PostgreSQL)',
  async () => {
    const { id } = await scene.ask('ada');
    const link = fob.link ?? '';
    const giveBack = () => returnPush(management, { id, link });
    expect(await whilePush(id, { state: 'sent', link }, giveBack)).toBe(true);
    expect(await office.row('pushes', { id })).toMatchObject({ state: 'waiting', link: null });
  },
);

test.runIf(isOnPostgres)(
  'a request that is redeemed at the same moment cannot be withdrawn any more (only on PostgreSQL)',
  async () => {
    const { id } = await scene.ask('ada');
    await fob.approve();
    const { applicationId } = scene;
    await whilePush(id, { state: 'used' }, () =>
      scene.pushes.withdraw({ id, session: SESSION, applicationId }),
    );
    expect(await scene.stateOf({ id })).toBe('used');
  },
);
