import { careLimits } from '@passfob/service/base/limits/care';
import type { RelayMeans } from '@passfob/service/subjects/enrolment/relay/conversation';
import { revokeToken } from '@passfob/service/subjects/tokens/acts';
import { connect } from 'passfob/client/client';
import { pairingKey } from 'passfob/client/handshake';
import { readAccounts } from 'passfob/owner/listing';
import type { Transport } from 'passfob/transports/transport';
import { expect, it } from 'vitest';
import { places } from '../../kit/counts.ts';
import { itNeeds } from '../../kit/tools.ts';
import { needsBuild } from '../../unit/host/kit/simulated-fob.ts';
import { Away } from '../away.ts';
import { ImageFob } from '../enrolment/image-fob.ts';
import { Scene } from '../enrolment/kit.ts';
import { labelsOf, lockByPin, secretsOf } from '../kit/fob.ts';
import { accepted, grace } from '../users/kit.ts';
import { type AdasFob, adas, limitRelays, NEW_PIN, Person } from './given.ts';
import { CareScene } from './kit.ts';

/** A locked fob without time, with an account to remove and a PIN to reset: three tasks. */
async function threeTasks(): Promise<CareScene> {
  const scene = await CareScene.open();
  const { serial } = await scene.account('ada', 'hers');
  await scene.account('ada', 'kept');
  await lockByPin(scene.owned);
  scene.fob.loseTime();
  scene.fob.reboot();
  scene.office.nowMs += 3_600_000;
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  await scene.ask({ kind: 'pin-reset' });
  return scene;
}

async function isReset(scene: CareScene): Promise<boolean> {
  const { iterations, locked } = await scene.asOwner(client => client.call('status', {}));
  return iterations === 0 && locked === 0;
}

/** Brings a fob after a cut to its end, and checks that everything was done, and once. */
async function finishes(scene: CareScene, where: string): Promise<void> {
  const wasReset = await isReset(scene);
  const holds = scene.holds;
  expect((await scene.care({ mayHold: true })).waiting, where).toEqual([]);
  // Nobody is asked again for an act that is done.
  if (wasReset) expect(scene.holds - holds, where).toBe(0);
  expect(await scene.labels(), where).toEqual(['kept', 'push']);
  // Where the answer was lost, the next run tells the person.
  const stored = await scene.tasks();
  const told = scene.did.map(kind => `${kind} done`);
  expect(told.sort(), where).toEqual(stored.filter(task => task.endsWith(' done')).sort());
  const tasks = stored.map(task => task.replace(' gone', ''));
  const once = ['clock done', 'pin-reset done', 'remove-account done'];
  expect(tasks.filter(task => !task.startsWith('recovery-key')).sort(), where).toEqual(once);
  const acts = (await scene.acts()).filter(act => act !== 'fob.recovery-key');
  expect(acts.sort(), where).toEqual(['fob.clock', 'fob.remove-account', 'fob.reset-pin']);
  expect(await scene.row(), where).toMatchObject({
    clock_state: 'trusted',
    pin: 'to-be-chosen',
    can_reset_pin: 1,
  });
  expect(await scene.office.rows('fob_recovery'), where).toEqual([]);
  expect(await scene.office.rows('fob_care'), where).toEqual([]);
  expect((await scene.care({ mayHold: true })).done, where).toEqual([]);
}

/** Frames of a run that nothing disturbs. */
async function framesOfWhole(): Promise<number> {
  await using scene = await threeTasks();
  await scene.care({ mayHold: true });
  const { frames } = scene;
  await finishes(scene, 'undisturbed');
  return frames;
}

it.each(['link', 'power'])(
  'a fob that loses its %s at any frame of three tasks is cared for by the next session, and nothing is done twice',
  async lost => {
    const frames = await framesOfWhole();
    const { first, step } = places();
    expect(frames).toBeGreaterThan(30);
    for (let cutAt = first; cutAt < frames; cutAt += step) {
      await using scene = await threeTasks();
      await scene.care({ mayHold: true, cutAt }).catch(() => undefined);
      if (lost === 'power') scene.fob.reboot();
      await finishes(scene, `${lost} lost at frame ${cutAt}`);
    }
  },
);

it('a service that dies at any frame of three tasks leaves a lease that expires, and another node goes on', async () => {
  const frames = await framesOfWhole();
  const { first, step } = places();
  let leases = 0;
  for (let at = first; at < frames; at += step) {
    await using scene = await threeTasks();
    const away = new Away();
    const { management } = scene.office;
    const dying = { ...management, db: management.db.withPlugin(away) };
    const onFrame = (n: number) => {
      away.isAway ||= n === at;
    };
    // Nothing is written any more, not even the end of the lease; the fob gets no further frame.
    await scene.care({ mayHold: true, management: dying, onFrame, cutAt: at + 1 }).catch(() => undefined);
    const lease = await scene.db.selectFrom('fob_care').selectAll().executeTakeFirst();
    if (lease !== undefined) {
      leases += step;
      expect((await scene.care({ mayHold: true })).isBusy, `dead at frame ${at}`).toBe(true);
      // The fob's clock goes on, too.
      scene.later(careLimits.careLeaseMs);
    }
    await finishes(scene, `dead at frame ${at}`);
  }
  expect(leases).toBeGreaterThan(10);
});

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
  const tasks = await scene.office.rows('fob_tasks', { fob_id: owned.id });
  // A reset that was cut off before the hold is asked for anew.
  const done = tasks.filter(({ kind, state }) => kind !== 'recovery-key' && state !== 'cancelled');
  const told = done.map(({ kind, state }) => `${kind} ${state}`).sort();
  expect([at, told]).toEqual([at, [...(isLocked ? ['pin-reset done'] : []), 'remove-account done']]);
  const { id: user_id } = await scene.office.row('users', { name: user });
  expect([at, await scene.office.rows('tokens', { user_id })]).toMatchObject([at, [{ state: 'active' }]]);
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
    expect(await everyCut(at => givenWithCut(scene, { at, isLocked }))).toBeGreaterThan(isLocked ? 45 : 35);
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

// The built image, enrolled twice for each cut.

/** Returns the labels of the accounts on a fob of the service. */
async function labelsOn(scene: Scene, transport: Transport): Promise<string[]> {
  const client = connect(transport, { patience: { answerTimeoutMs: 5_000, sendsMax: 2 } });
  try {
    const { serial } = await client.hello();
    await client.openSession(pairingKey((await secretsOf(scene.office, serial)).pairingKey));
    const { accounts } = await client.call('info', {});
    const listed = await readAccounts(client, accounts, undefined);
    return listed.map(({ label }) => Buffer.from(label).toString());
  } finally {
    await client.close();
  }
}

/** Enrols a fob for a user, whose token is then revoked while the fob is away. */
async function revokedFobGivenPower(scene: Scene, user: string, seed: number): Promise<ImageFob> {
  const fob = new ImageFob(seed);
  const { token: serial } = await scene.relay(await scene.activation({}, user), fob, {
    report(event) {
      if (event.event === 'step' && event.step === 'hello') fob.gather();
    },
  });
  accepted(await revokeToken(scene.office.management, grace, { serial, reason: 'retired' }));
  return fob;
}

/** Gives a fob to another user; reads its accounts whenever it has lost its power. */
async function given(scene: Scene, fob: ImageFob, user: string): Promise<string[][]> {
  const seen: string[][] = [];
  const openFob = async () => {
    if (!fob.fob.powered) seen.push(await labelsOn(scene, fob.plugIn().transport));
    return { transport: fob.plugIn().transport, port: 'tcp' };
  };
  await scene.relay(await scene.activation({ fobs: 'owned' }, user), fob, { openFob });
  return seen;
}

itNeeds(
  needsBuild,
  'the account of a revoked token is gone before that of the next user is written, wherever the fob loses its power',
  async () => {
    await using scene = await Scene.open();
    const whole = await revokedFobGivenPower(scene, 'first', 1);
    const before = whole.fob.operations;
    await given(scene, whole, 'second');
    const operations = whole.fob.operations - before;
    expect(operations).toBeGreaterThan(10);
    whole.fob.close();
    let cuts = 0;
    const { first, step } = places();
    let tried = 0;
    for (let at = 1 + first; at <= operations; at += step) {
      tried++;
      const [former, next] = [`former-${at}`, `next-${at}`];
      const fob = await revokedFobGivenPower(scene, former, at + 1);
      fob.fob.cutPowerAtOperation(at);
      const seen = await given(scene, fob, next);
      // The fob gets its push key at the end: the relay does not wait for it, and power may fail then.
      cuts += seen.length + (fob.fob.powered ? 0 : 1);
      for (const labels of seen) {
        expect([at, labels.includes(former) && labels.includes(next)]).toEqual([at, false]);
      }
      const labels = await labelsOn(scene, fob.plugIn().transport);
      expect([at, labels.filter(label => label !== 'push')]).toEqual([at, [next]]);
      fob.fob.close();
    }
    expect(cuts).toBe(tried);
    const tasks = await scene.db.selectFrom('fob_tasks').select(['kind', 'state']).execute();
    expect(new Set(tasks.map(({ kind, state }) => `${kind} ${state}`))).toEqual(
      new Set(['remove-account done']),
    );
    expect(tasks).toHaveLength(tried + 1);
  },
);
