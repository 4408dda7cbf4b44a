import { careLimits } from '@passfob/service/base/limits/care';
import type { RelayMeans } from '@passfob/service/features/enrolment/relay/conversation';
import { revokeToken } from '@passfob/service/features/tokens/moves';
import { expect, it } from 'vitest';
import { places } from '../../kit/counts.ts';
import { lockByPin } from '../agents/held.ts';
import { Away } from '../away.ts';
import { Scene } from '../enrolment/kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { type AdasFob, adas, limitRelays, NEW_PIN, Person } from './given.ts';
import { labelsOf } from './kit.ts';

// Every cut waits for half a second, some twenty of them at once; a busy machine makes that long.
// The lease of a dead service is waited for in steps of a second.
limitRelays({ pinPollMs: 50 });

const AT_ONCE = 20;
const NEVER = Number.POSITIVE_INFINITY;

interface Cut {
  readonly at: number;
  readonly isLocked: boolean;
  /** Called when the first connection is about to end. */
  readonly onCut?: () => void;
  readonly means?: (connection: number) => RelayMeans;
}

/** The fob of a user whose token was revoked while the fob was away. */
async function revokedFob(scene: Scene, { at, isLocked }: Cut): Promise<AdasFob> {
  const former = await adas(scene, 'totp', undefined, `former-${at}`);
  accepted(await revokeToken(scene.office.management, grace, { serial: former.serial, reason: 'retired' }));
  if (isLocked) await lockByPin(former.owned);
  return former;
}

/** Gives the fob to another user, whose first connection is cut, and checks the end. @returns whether it was cut */
async function givenWithCut(scene: Scene, cut: Cut): Promise<boolean> {
  const { owned } = await revokedFob(scene, cut);
  const user = `next-${cut.at}`;
  const person = new Person(owned.fob);
  const activation = await scene.activation({ fobs: 'owned' }, user);
  let connection = 0;
  let wasCut = false;
  const seen: Promise<string[]>[] = [];
  await scene.relay(activation, owned.fob, {
    ...person.wishes,
    cut: n => {
      connection = n;
      return n === 0 ? cut.at : NEVER;
    },
    report(event) {
      if (event.event === 'lost') {
        wasCut = true;
        cut.onCut?.();
        // A fob that is locked lists nothing.
        seen.push(labelsOf(owned).catch(() => []));
      }
      person.wishes.report?.(event);
    },
    get means() {
      return cut.means?.(connection) ?? scene.means;
    },
  });
  for (const labels of await Promise.all(seen))
    expect(labels.includes(user) && labels.length > 2, `both at ${cut.at}`).toBe(false);
  await expectGiven(scene, owned, { ...cut, user });
  return wasCut;
}

async function expectGiven(
  scene: Scene,
  owned: AdasFob['owned'],
  { at, user, isLocked }: Cut & { readonly user: string },
): Promise<void> {
  const tasks = await scene.db
    .selectFrom('fob_tasks')
    .select(['kind', 'state'])
    .where('fob_id', '=', owned.id)
    .orderBy('kind')
    .execute();
  // A reset that was cut off before the hold is asked for anew.
  const done = tasks.filter(({ kind, state }) => kind !== 'recovery-key' && state !== 'cancelled');
  const reset = isLocked ? [{ kind: 'pin-reset', state: 'done' }] : [];
  expect([at, done]).toEqual([at, [...reset, { kind: 'remove-account', state: 'done' }]]);
  const held = await scene.db
    .selectFrom('tokens')
    .innerJoin('users', 'users.id', 'tokens.user_id')
    .select('tokens.state')
    .where('users.name', '=', user)
    .execute();
  expect([at, held]).toEqual([at, [{ state: 'active' }]]);
  const labels = await labelsOf(owned);
  // A cut may lose the key for approvals.
  expect([at, labels.filter(label => label !== 'push')]).toEqual([at, [user]]);
}

async function everyCut(give: (at: number) => Promise<boolean>): Promise<number> {
  const { first, step } = places();
  for (let from = first; ; from += AT_ONCE) {
    const tried = Array.from({ length: AT_ONCE / step }, (_, ahead) => from + ahead * step);
    const wereCut = await Promise.all(tried.map(give));
    if (wereCut.includes(false)) return from + wereCut.indexOf(false) * step;
  }
}

it.each([false, true])(
  'a fob that is given to another user survives a cut at any message, with the earlier account gone (locked: %s)',
  async isLocked => {
    await using scene = await Scene.open();
    const cuts = await everyCut(at => givenWithCut(scene, { at, isLocked }));
    expect(cuts).toBeGreaterThan(isLocked ? 45 : 35);
    expect(scene.log.join('\n')).not.toContain(NEW_PIN);
  },
);

it.each([false, true])(
  'a fob that is given to another user survives the death of the service at any message (locked: %s)',
  async isLocked => {
    const { first, step } = places();
    let at = first;
    for (; ; at += step) {
      await using scene = await Scene.open();
      const away = new Away();
      const { management } = scene.means;
      // Nothing is written any more, not even the end of a claim or lease; another service goes on.
      const dying = { ...scene.means, management: { ...management, db: management.db.withPlugin(away) } };
      const wasCut = await givenWithCut(scene, {
        at,
        isLocked,
        means: connection => (connection === 0 ? dying : scene.means),
        onCut() {
          away.isAway = true;
          scene.office.nowMs += careLimits.careLeaseMs;
        },
      });
      if (!wasCut) break;
    }
    expect(at).toBeGreaterThan(35);
  },
);
