import fc from 'fast-check';
import { AGENT_GOOD_MS, AGENT_POLL_AGAIN_MS, AGENT_POLL_FAILURES_MAX } from 'passfob/agent/base/limits';
import type { CarrierPoll } from 'passfob/carrier/polls';
import { expect, it } from 'vitest';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { Cable } from './kit/cable.ts';
import { fromFob, toFob } from './kit/frames.ts';
import { Peer } from './kit/peer.ts';
import { until } from './kit/time.ts';

/** An agent that polls, with a session to its fob. */
async function polling() {
  const peer = await Peer.start({ webSocket: false });
  const rig = new AgentRig([settingsOf(peer)]);
  const cable = rig.desk.plug(new Cable('PF-AAAA-AAAA'));
  const connection = await peer.connection(0, 'fob');
  await rig.untilService('connected');
  return {
    peer,
    rig,
    cable,
    connection,
    async [Symbol.asyncDispose]() {
      await rig.end();
      await peer[Symbol.asyncDispose]();
    },
  };
}

/** Advances time by the waits between idle polls until a condition holds. */
function untilPolled({ time }: AgentRig, holds: () => boolean): Promise<void> {
  return until(() => {
    time.advance(AGENT_POLL_AGAIN_MS);
    return holds();
  });
}

it('every message arrives once and in order, whichever answers are lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.constantFrom('answer', 'lost'), { minLength: 1, maxLength: 6 }),
      async fates => {
        await using world = await polling();
        const { peer, rig, cable, connection } = world;
        connection.say({ type: 'bytes', fob: 0, text: toFob('<') });
        await until(() => cable.isOpen);
        // The agent gives a connection up only after several losses in a row.
        let lost = 0;
        const left = [...fates];
        peer.onPoll = () => {
          const isLost = left.shift() === 'lost' && lost + 1 < AGENT_POLL_FAILURES_MAX;
          lost = isLost ? lost + 1 : 0;
          return !isLost;
        };
        const digits = [...'0123456789'];
        const [said, written] = [digits.map(fromFob).join(''), ['<', ...digits].map(toFob).join('')];
        for (const digit of digits) {
          connection.say({ type: 'bytes', fob: 0, text: toFob(digit) });
          cable.says(fromFob(digit));
          rig.time.advance(AGENT_POLL_AGAIN_MS);
        }
        await until(() => {
          rig.time.advance(AGENT_POLL_AGAIN_MS);
          return connection.text().length >= said.length && cable.written.length >= written.length;
        });
        expect([connection.text(), cable.written]).toEqual([said, written]);
        expect(peer.connections).toHaveLength(1);
      },
    ),
    { numRuns: 12 },
  );
});

it('an agent keeps one poll under way, a second one for its own messages, and never a third', async () => {
  await using world = await polling();
  const { peer, rig, cable, connection } = world;
  const polls: CarrierPoll[] = [];
  peer.onPoll = poll => {
    polls.push(poll);
    return true;
  };
  connection.say({ type: 'bytes', fob: 0, text: toFob('<') });
  await until(() => cable.isOpen);
  for (let at = 0; at < 50; at++) cable.says(fromFob('x'));
  await until(() => connection.text() === fromFob('x').repeat(50));
  rig.time.advance(AGENT_POLL_AGAIN_MS);
  expect(polls.length).toBeLessThan(60);
  expect(polls.every(({ messages }) => messages.length <= 64)).toBe(true);
});

it('an agent gives a connection up after repeated losses', async () => {
  await using world = await polling();
  const { peer, rig, connection } = world;
  let lost = 0;
  peer.onPoll = () => {
    lost += 1;
    peer.cutAll();
    return false;
  };
  // This message answers the poll that is held; the polls after it stay unanswered.
  connection.say({ type: 'beat' });
  await until(() => {
    rig.time.advance(AGENT_POLL_AGAIN_MS);
    return rig.service().state !== 'connected';
  });
  expect(rig.service().problem).toMatchObject({ code: 'cut' });
  // A poll that is cut on its way, beside another, does not count here.
  expect(lost).toBeGreaterThanOrEqual(AGENT_POLL_FAILURES_MAX - 1);
});

it('an agent gives a connection up at once where polls no longer get through', async () => {
  await using world = await polling();
  const { peer, rig, cable, connection } = world;
  connection.say({ type: 'bytes', fob: 0, text: toFob('<') });
  await until(() => cable.isOpen);
  peer.polls = false;
  cable.says(fromFob('x'));
  await rig.untilService('waiting');
  expect(rig.service().problem).toMatchObject({ code: 'no-polls' });
});

it('an agent reconnects without a report when the service no longer knows a good connection', async () => {
  await using world = await polling();
  const { peer, rig } = world;
  await rig.pass(AGENT_GOOD_MS);
  peer.forget();
  await untilPolled(rig, () => peer.connections.length > 1);
  const second = await peer.connection(1, 'fob');
  expect([second.by, second.of('fob').map(({ serial }) => serial)]).toEqual(['polling', ['PF-AAAA-AAAA']]);
  await rig.untilService('connected');
  const states = rig.events.flatMap(event => (event.event === 'service' ? [event.state.state] : []));
  expect(states).toEqual(['connecting', 'connected', 'connecting', 'connected']);
});

it('an agent waits between connections that the service forgets at once, and reports why', async () => {
  await using world = await polling();
  const { peer, rig } = world;
  peer.forget();
  await untilPolled(rig, () => rig.service().state === 'waiting');
  expect(rig.service().problem).toMatchObject({ code: 'forgotten' });
  await rig.untilAgain(() => peer.connections.length > 1);
});
