import { relayActivation } from 'passfob/activation/relay';
import { openedSocket } from 'passfob/activation/socket';
import type { FobFound } from 'passfob/agent/fobs/fobs';
import { pipe } from 'passfob/transports/pipe';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { Owner } from '../../fob/conformance/owner.ts';
import { SimulatorDriver } from '../../fob/conformance/simulator-driver.ts';
import { secret } from '../../kit/secrets.ts';
import { failure } from '../../unit/host/kit/failure.ts';
import { AgentRig, settingsOf } from './kit/agent.ts';
import { clientBy } from './kit/fob.ts';
import { Peer, type PeerConnection } from './kit/peer.ts';
import { until } from './kit/time.ts';

/** Prints the file with the fob's keys in hexadecimal, as a person at the console would. */
const READ_KEYS =
  '\x10print(require("Storage").read("keys").split("").map(c=>(256+c.charCodeAt()).toString(16).slice(1)).join(""))\n';

/** A fob in maintenance mode, whose owner is not the service: its console is open on its port. */
async function openFob(): Promise<{ readonly found: FobFound; readonly key: string; heard(): string }> {
  const driver = new SimulatorDriver();
  onTestFinished(() => driver.close());
  const owner = new Owner(driver);
  await owner.pair();
  await owner.client.call('maintain', {}, { onPressNeeded: owner.approve });
  await driver.advance(500);
  let printed = '';
  driver.fob.link.onData(bytes => {
    printed += Buffer.from(bytes).toString('latin1');
  });
  const open = async () => {
    const cable = pipe({
      name: 'simulator',
      write: async text => {
        driver.fob.link.write(Buffer.from(text, 'latin1'));
        await driver.advance(500);
      },
      release: async () => undefined,
    });
    driver.fob.link.onData(bytes => cable.receive(bytes));
    return cable.transport;
  };
  const key = secret(Buffer.from(owner.key).toString('hex'));
  return { found: { serial: 'PF-AAAA-AAAA', port: 'serial', open }, key, heard: () => printed };
}

/** Has a service try to use the console, and waits until a frame behind all that has come through. */
async function tryConsole(connection: PeerConnection, heard: () => string): Promise<void> {
  connection.say({ type: 'bytes', fob: 0, text: READ_KEYS });
  for (const piece of READ_KEYS.match(/.{1,7}|\n/gs) ?? [])
    connection.say({ type: 'bytes', fob: 0, text: piece });
  const client = clientBy(connection);
  expect((await failure(client.hello({ answerTimeoutMs: 200, sendsMax: 2 }))).kind).toBe('no-answer');
  // The console echoes a frame that reaches it.
  await until(() => /~A[Q-f]/.test(heard()) || connection.text() !== '', 'a frame at the console');
  await client.close();
}

it('a service reaches no console through an agent, and reads nothing that a console prints', async () => {
  await using peer = await Peer.start();
  await using rig = new AgentRig([settingsOf(peer)]);
  const { found, key, heard } = await openFob();
  rig.desk.plug(found);
  const connection = await peer.connection(0, 'fob');
  await tryConsole(connection, heard);
  expect([heard().includes(key), connection.text()]).toEqual([false, '']);
});

it('a service reaches no console through the relay of an activation', async () => {
  await using peer = await Peer.start();
  const { found, key, heard } = await openFob();
  const ending = new AbortController();
  const code = secret(crypto.getRandomValues(new Uint8Array(16)));
  peer.onMessage = (connection, { type }) => {
    const said: string = type;
    if (said === 'enter') connection.say({ type: 'step', step: 'plug', text: 'Plug it in.' });
    return said === 'open';
  };
  const relayed = failure(
    relayActivation({
      activation: {
        service: peer.origin,
        code,
        fingerprint: Buffer.from(peer.fingerprint.slice(0, 32), 'hex'),
      },
      openSocket: (url, signal) => openedSocket(new WebSocket(url), signal),
      openFob: async () => ({ transport: await found.open(), port: found.port }),
      askCode: () => new Promise(() => undefined),
      report: () => undefined,
      signal: ending.signal,
    }),
  );
  const connection = await peer.connection(0, 'fob');
  await tryConsole(connection, heard);
  expect([heard().includes(key), connection.text()]).toEqual([false, '']);
  ending.abort();
  expect((await relayed).kind).toBe('cancelled');
});
