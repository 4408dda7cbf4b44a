import { agentLimits } from '@passfob/service/base/limits/agents';
import { writing } from '@passfob/service/storage/database/database';
import {
  FobLocations,
  type LocatedFob,
  locationsOf,
  markSeen,
} from '@passfob/service/subjects/agents/locations';
import { tokenForPush } from '@passfob/service/subjects/push/create';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { countOf, LONG } from '../../kit/counts.ts';
import { Away } from '../away.ts';
import { isOnPostgres } from '../kit.ts';
import { Office } from '../users/kit.ts';
import { isWaiting } from '../waiting.ts';
import { Bench, bench, db, openEachBench } from './bench.ts';
import { until } from './kit.ts';

openEachBench();

const at = (fobId: string, link: string): LocatedFob => ({ fobId, link, port: 'serial' });

it(
  'a fob is reached by the connection that proved it last until that one ends, also with concurrent writers',
  LONG,
  async () => {
    await using office = await Office.open();
    const nodes = [new FobLocations(office.management), new FobLocations(office.management)];
    let runs = 0;
    const act = fc.record({
      fob: fc.constantFrom('a', 'b'),
      link: fc.constantFrom(0, 1, 2),
      isCome: fc.boolean(),
      isWaitedFor: fc.boolean(),
    });
    const property = fc.asyncProperty(fc.array(act, { maxLength: 8 }), async acts => {
      const run = runs++;
      const model = new Map<string, string>();
      for (const { fob, link, isCome, isWaitedFor } of acts) {
        const one = at(`${fob}-${run}`, `${run}-${link}`);
        // A connection belongs to one node. One node's writes keep their order; those of two nodes only if awaited.
        const node = nodes[link % 2];
        const other = nodes[1 - (link % 2)];
        await other?.settled();
        const written = isCome ? node?.came(one) : node?.gone(one);
        if (isCome) model.set(one.fobId, one.link);
        else if (model.get(one.fobId) === one.link) model.delete(one.fobId);
        if (isWaitedFor) await written;
      }
      for (const node of nodes) await node.settled();
      const ids = [`a-${run}`, `b-${run}`];
      expect(await locationsOf(office.store.db, ids)).toEqual(new Map([...model].sort()));
    });
    await fc.assert(property, { numRuns: countOf(10, 100) });
  },
);

it('a fob at two connections is reached by the older one when the newer ends or its row is lost', async () => {
  const ada = await bench.fobOf('ada');
  const [older, newer] = [await bench.agent(), await bench.agent()];
  const at = older.plug(ada.fob);
  await older.stands(at, 'own');
  const first = await bench.linkOf(ada);
  await newer.stands(newer.plug(ada.fob), 'own');
  await older.stands(at, 'unproved');
  await newer.close();
  await until(async () => (await bench.linkOf(ada)) === undefined, 'the end of the link');
  // The steps are short enough that no agent counts as silent.
  const minuteLater = async () => {
    for (const stepMs of [agentLimits.agentSeenMs / 2, agentLimits.agentSeenMs / 2]) {
      const before = older.log.length;
      bench.aheadMs += stepMs;
      older.say({ type: 'beat' });
      await until(() => older.log.length >= before + 2, 'the answer');
    }
    bench.node.sweep();
  };
  await minuteLater();
  await until(async () => (await bench.linkOf(ada)) === first, 'the older one');
  await db.deleteFrom('agent_fobs').execute();
  await minuteLater();
  await until(async () => (await bench.linkOf(ada)) === first, 'the row');
});

it.runIf(isOnPostgres)(
  'a fob unplugged while its location is stored, and proved again at the same agent, is reached there (only on PostgreSQL)',
  async () => {
    const ada = await bench.fobOf('ada');
    const agent = await bench.agent();
    const carried = (number: number) =>
      agent.log.filter(text => text.includes(`"bytes","fob":${number},`)).length;
    const again = await writing(db, async () => {
      const first = agent.plug(ada.fob);
      await isWaiting(db);
      const proof = carried(first);
      agent.unplug(first);
      const second = agent.plug(ada.fob);
      await until(() => carried(second) >= proof, 'its proof');
      // Waits until the last message of the proof was handled.
      const before = agent.log.length;
      agent.say({ type: 'beat' });
      await until(() => agent.log.length >= before + 2, 'the answer');
      return second;
    });
    await agent.stands(again, 'own');
    expect(await bench.linkOf(ada)).toBeDefined();
  },
);

it('a fob unplugged right after any message of its proof leaves no location row', async () => {
  const ada = await bench.fobOf('ada');
  const gone = JSON.stringify({ type: 'gone', fob: 0 });
  /**
   * @param last the message of the fob, counted from 1, after which it leaves @returns how many messages its proof
   * had
   */
  const proof = async (last: number) => {
    let said = 0;
    let count = 0;
    const agent = await bench.agent({
      toService: text => (text.includes('"bytes"') && ++said === last ? [text, gone] : text),
      toAgent(text) {
        if (text.includes('"own"')) count = said;
        return text;
      },
    });
    agent.plug(ada.fob);
    await until(() => count > 0 || said >= last, 'the proof');
    await until(() => bench.node.proofsUnderWay === 0, 'the end of it');
    // The fob may have sent fewer messages than `last`.
    if (said < last) await agent.close();
    await until(async () => (await bench.linkOf(ada)) === undefined, 'the end of the link');
    await agent.close();
    return count;
  };
  const count = await proof(Number.POSITIVE_INFINITY);
  // Hello, and two answers of the handshake.
  expect(count).toBeGreaterThanOrEqual(3);
  for (let last = 1; last <= count; last++) await proof(last);
});

/** Opens two fobs of one user at one agent. Its node can be cut off from the rows of locations. */
async function twoFobs() {
  const away = new Away('agent_fobs');
  const bench = await Bench.open(async ({ store }) => ({
    ...store,
    db: store.db.withPlugin(away),
    close: async () => undefined,
  }));
  const first = await bench.fobOf('ada');
  bench.office.nowMs++;
  const second = await bench.fobOf('ada');
  const agent = await bench.agent();
  const number = await bench.plugged(agent, first);
  await bench.plugged(agent, second);
  const { id } = await bench.office.row('users', { name: 'ada' });
  return { bench, away, agent, first, second, number, asked: () => tokenForPush(bench.db, id) };
}

it('a fob unplugged during a database failure is not reached afterwards; its other connection is used', async () => {
  const { bench, away, agent, first, second, number, asked } = await twoFobs();
  await using _ = bench;
  expect((await asked())?.fob_id).toBe(first.id);
  away.isAway = true;
  agent.unplug(number);
  await until(() => away.failed > 0, 'what cannot be written');
  // The retry fails as well.
  const { failed } = away;
  bench.node.sweep();
  await until(() => away.failed > failed, 'what cannot be written');
  expect(await bench.linkOf(first)).toBeDefined();
  away.isAway = false;
  await until(async () => {
    bench.node.sweep();
    return (await bench.linkOf(first)) === undefined;
  }, 'the end of the link');
  expect(await bench.linkOf(second)).toBeDefined();
  expect((await asked())?.fob_id).toBe(second.id);
});

it('fobs of an agent that leaves during a database failure are not reached afterwards', async () => {
  const { bench, away, agent, first, second } = await twoFobs();
  await using _ = bench;
  away.isAway = true;
  await agent.close();
  await until(() => away.failed > 0, 'what cannot be written');
  away.isAway = false;
  await until(async () => {
    bench.node.sweep();
    return (await bench.linkOf(first)) === undefined && (await bench.linkOf(second)) === undefined;
  }, 'the end of the links');
});

it('locations that no node has confirmed for a day are deleted', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  const links = new FobLocations(office.management);
  await Promise.all([links.came(at('here', 'one')), links.came(at('there', 'two'))]);
  const one = () => ({ links: ['one'], fobs: [at('here', 'one')] });
  office.nowMs += agentLimits.agentSeenKeptMs;
  await markSeen(db, one, office.nowMs);
  expect((await locationsOf(db, ['here', 'there'])).size).toBe(2);
  office.nowMs += 1;
  await markSeen(db, one, office.nowMs);
  expect(await locationsOf(db, ['here', 'there'])).toEqual(new Map([['here', 'one']]));
});

it('confirming a node’s links keeps the locations of its present fobs and leaves other nodes’ rows alone', async () => {
  await using office = await Office.open();
  const { db } = office.store;
  const links = new FobLocations(office.management);
  const written = [at('here', 'one'), at('left', 'one'), at('moved', 'old'), at('elsewhere', 'other')];
  await Promise.all(written.map(fob => links.came(fob)));
  const fobs = [at('here', 'one'), at('moved', 'new'), at('elsewhere', 'one')];
  await markSeen(db, () => ({ links: ['one', 'old', 'new'], fobs }), office.nowMs + 1);
  const rows = await db.selectFrom('agent_fobs').select(['fob_id', 'link', 'seen_ms']).execute();
  expect(rows.sort((a, b) => a.link.localeCompare(b.link))).toEqual([
    { fob_id: 'here', link: 'one', seen_ms: office.nowMs + 1 },
    { fob_id: 'elsewhere', link: 'other', seen_ms: office.nowMs },
  ]);
});
