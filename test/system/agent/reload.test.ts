import type { FobFound } from 'passfob/agent/fobs/fobs';
import { expect, it } from 'vitest';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { Cable } from './kit/cable.ts';
import { toFob } from './kit/frames.ts';
import { Peer } from './kit/peer.ts';
import { until } from './kit/time.ts';

/** Returns an agent that keeps a fob's port open for a service; the port closes only when the test lets it. */
async function heldOpen(peer: Peer, others: readonly Peer[] = []) {
  const rig = new AgentRig([peer, ...others].map(one => settingsOf(one)));
  const cable = new Cable('PF-AAAA-AAAA');
  let letGo: () => void = () => undefined;
  const held = new Promise<void>(resolve => {
    letGo = resolve;
  });
  let isClosing = false;
  const slow: FobFound = {
    ...cable.found,
    async open() {
      const transport = await cable.found.open();
      return {
        ...transport,
        async close() {
          isClosing = true;
          await held;
          await transport.close();
        },
      };
    },
  };
  rig.desk.plug(slow);
  const connection = await peer.connection(0, 'fob');
  connection.say({ type: 'bytes', fob: 0, text: toFob('hello') });
  await until(() => cable.written === toFob('hello'));
  return { rig, letGo, closing: () => until(() => isClosing, 'the closing of the port') };
}

it('changes of the settings apply one after the other', async () => {
  await using one = await Peer.start();
  await using other = await Peer.start();
  await using third = await Peer.start();
  const { rig, letGo, closing } = await heldOpen(one, [other]);
  const first = rig.agent.reload({ services: [settingsOf(other)] });
  await closing();
  const second = rig.agent.reload({ services: [settingsOf(other), settingsOf(third)] });
  letGo();
  await Promise.all([first, second]);
  expect(rig.agent.status().services.map(({ url }) => url)).toEqual([other.origin, third.origin]);
  await rig.untilService('connected', 1);
  await rig.end();
  await until(() => third.connections[0]?.isClosed === true);
  expect(rig.time.pending).toBe(0);
});

it('an agent that ends connects to no service any more, even during a change of its settings', async () => {
  await using one = await Peer.start();
  await using other = await Peer.start();
  const { rig, letGo, closing } = await heldOpen(one);
  const changed = rig.agent.reload({ services: [settingsOf(other)] });
  await closing();
  const ended = rig.end();
  // The agent has received the end by then.
  await new Promise(resolve => setImmediate(resolve));
  const late = rig.agent.reload({ services: [settingsOf(one), settingsOf(other)] });
  letGo();
  await Promise.all([changed, late, ended]);
  expect(rig.agent.status().services).toEqual([]);
  expect([other.asked, one.connections.length, rig.time.pending]).toEqual([[], 1, 0]);
});
