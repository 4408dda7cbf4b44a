import { pushLimits } from '@passfob/service/base/limits/push';
import { watchChanges } from '@passfob/service/storage/database/changes';
import type { Management } from '@passfob/service/storage/management';
import { ensureApplication } from '@passfob/service/subjects/applications/applications';
import { answerPush, claimPush, endPush, pushShown } from '@passfob/service/subjects/push/delivery';
import { sweepPushes } from '@passfob/service/subjects/push/expiry';
import { makePushes } from '@passfob/service/subjects/push/pushes';
import { openStates } from '@passfob/service/subjects/push/rows';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { Rig } from '../kit.ts';
import { Office } from '../users/kit.ts';
import { makeTrusted, OTHER_SESSION, PushFob, SESSION } from './kit.ts';

const RUNS = countOf(12, 120);
const SESSIONS = [SESSION, OTHER_SESSION] as const;

/** Concurrent series of acts about the last two requests, each on one of two nodes. */
type Deed = 'ask' | 'serve' | 'forge' | 'deny' | 'take' | 'steal' | 'withdraw' | 'sweep';
const usual = fc.constantFrom<Deed[]>('serve', 'serve', 'take', 'take', 'take', 'ask');
const unusual = fc.constantFrom<Deed[]>('forge', 'deny', 'steal', 'withdraw', 'sweep');
const done = fc.record({
  deed: fc.oneof({ weight: 6, arbitrary: usual }, unusual),
  node: fc.nat(1),
  at: fc.constantFrom(0, 0, 0, 1),
});
type Done = typeof done extends fc.Arbitrary<infer T> ? T : never;
const lanes = fc.array(fc.array(done, { minLength: 4, maxLength: 8, size: 'max' }), {
  minLength: 4,
  maxLength: 4,
});

/** Opens two nodes on one database, with `ada` and her fob. */
async function opened(rig: Rig) {
  await rig.start();
  const offices = [await Office.beside(rig), await Office.beside(rig)] as const;
  const [office] = offices;
  await office.users('ada');
  const fob = await PushFob.of(office, 'ada');
  const { application } = await ensureApplication(office.store.db, office.nowMs);
  const lock = async () => ({ threshold: 0, periodMs: 1000 });
  const nodes = offices.map(({ management, store }) => {
    const changes = watchChanges(store);
    return { management, changes, pushes: makePushes({ ...management, lock }, { changes }) };
  });
  const close = async () => {
    for (const { changes } of nodes) changes.close();
    for (const one of offices) await one[Symbol.asyncDispose]();
  };
  return { office, fob, nodes, applicationId: application.id, close };
}

type Opened = Awaited<ReturnType<typeof opened>>;

/** One run: its requests, right answers and log-ins. */
class Mix {
  readonly #opened: Opened;
  readonly #link: string;
  readonly #asked: { readonly id: string; readonly session: string }[] = [];
  readonly right: string[] = [];
  readonly accepted: string[] = [];

  constructor(opened: Opened, link: string) {
    this.#opened = opened;
    this.#link = link;
  }

  get #from() {
    return { applicationId: this.#opened.applicationId, source: '192.0.2.1', requestId: 'r' };
  }

  async ask(node: number): Promise<void> {
    const session = SESSIONS[this.#asked.length % 2] ?? SESSION;
    const push = await this.#opened.nodes[node]?.pushes.ask({ user: 'ada', session, ...this.#from });
    if (push !== undefined) this.#asked.push({ id: push.id, session });
  }

  async act({ deed, node, at }: Done): Promise<void> {
    const one = this.#opened.nodes[node];
    const about = this.#asked.at(-1 - at) ?? this.#asked[0];
    if (one === undefined || about === undefined) return;
    const { management, pushes } = one;
    const { id, session } = about;
    const { applicationId } = this.#from;
    if (deed === 'ask') await this.ask(node);
    else if (deed === 'sweep') await sweepPushes(management.db, management.clock());
    else if (deed === 'withdraw') await pushes.withdraw({ id, session, applicationId });
    else if (deed === 'take' || deed === 'steal') {
      const other = session === SESSION ? OTHER_SESSION : SESSION;
      const outcome = await pushes.take({ id, session: deed === 'take' ? session : other, ...this.#from });
      if (outcome === 'accepted') this.accepted.push(id);
      expect(deed === 'steal' && outcome !== 'no_push').toBe(false);
    } else await this.#atFob(management, id, deed);
  }

  async #atFob(management: Management, id: string, deed: 'serve' | 'forge' | 'deny'): Promise<void> {
    const link = this.#link;
    await claimPush(management, id, link);
    await pushShown(management, id, link);
    if (deed === 'deny') {
      await endPush(management, { id, link }, 'denied');
      return;
    }
    const { fob, office } = this.#opened;
    const code = deed === 'serve' ? fob.answer((await office.row('pushes', { id })).question) : '00000000';
    if (await answerPush(management, { id, link }, code)) this.right.push(id);
  }
}

test('of concurrent events on two nodes, one request is open, each is decided once, and the log agrees', {
  ...LONG,
  timeout: 480_000,
}, async () => {
  await using rig = new Rig();
  const made = await opened(rig);
  const { db } = made.office.store;
  let logIns = 0;
  const run = async (mixed: readonly (readonly Done[])[]) => {
    rig.clock.nowMs += pushLimits.pushReportedQuietMs;
    const mix = new Mix(made, await made.fob.connect());
    await mix.ask(0);
    await Promise.all(
      mixed.map(async lane => {
        for (const one of lane) await mix.act(one);
      }),
    );
    // Every log-in happened once, by a right answer to its own request.
    const { accepted, right } = mix;
    expect(new Set(accepted).size).toBe(accepted.length);
    expect(accepted.filter(id => !right.includes(id))).toEqual([]);
    const rows = await db.selectFrom('pushes').selectAll().execute();
    const used = rows.filter(({ state }) => state === 'used').map(({ id }) => id);
    expect(used).toEqual(expect.arrayContaining(accepted));
    const open = rows.filter(row => openStates.includes(row.state) && row.fob_id !== null);
    expect(open.filter(row => row.expires_ms > rig.clock.nowMs).length).toBeLessThanOrEqual(1);
    logIns += accepted.length;
    const told = await db.selectFrom('events').select('outcome').where('outcome', '=', 'accepted').execute();
    expect(told).toHaveLength(logIns);
  };
  try {
    await fc.assert(fc.asyncProperty(lanes, run), { numRuns: RUNS });
    expect(logIns).toBeGreaterThan(0);
  } finally {
    await made.close();
  }
});

test('of concurrent requests from a trusted source and elsewhere on two nodes, a trusted one stays open', async () => {
  await using rig = new Rig();
  const { office, fob, nodes, applicationId, close } = await opened(rig);
  const { db } = office.store;
  const [home, elsewhere] = ['192.0.2.1', '203.0.113.1'];
  const ask = (source: string, nth: number) =>
    nodes[nth % 2]?.pushes.ask({
      user: 'ada',
      session: SESSION,
      applicationId,
      source,
      isSourceKnown: true,
      requestId: 'r',
    });
  try {
    await makeTrusted(office, 'ada', home);
    const kept: boolean[] = [];
    for (let round = 0; round < 6; round++) {
      rig.clock.nowMs += pushLimits.pushesUnapprovedMs;
      // The first and the last request come from elsewhere, on either node.
      const sources = [elsewhere, home, elsewhere, elsewhere, home, elsewhere];
      const ids = await Promise.all(
        sources.map(async (source, nth) => (await ask(source, nth + round))?.id ?? ''),
      );
      const rows = await db.selectFrom('pushes').selectAll().where('id', 'in', ids).execute();
      const open = rows.filter(({ state, fob_id }) => state === 'waiting' && fob_id !== null);
      expect(open.map(row => [row.source, row.fob_id])).toEqual([[home, fob.id]]);
      const theirs = rows.filter(({ source }) => source === elsewhere);
      expect(theirs.every(row => row.fob_id === null || row.state === 'superseded')).toBe(true);
      kept.push(theirs.some(row => row.fob_id === null));
    }
    expect(kept).toContain(true);
  } finally {
    await close();
  }
});
