import { agentLimits } from '@passfob/service/base/limits/agents';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { until } from './kit.ts';
import { Scene } from './scene.ts';

const SOURCES = 245;
/** As many proofs as one source may try with one fob at once. */
const FOBS = agentLimits.agentFobProofBucket.burst;
const OPEN = JSON.stringify({ type: 'open', version: 1, for: 'agent', nonce: 'A'.repeat(43) });

/**
 * Connects agents from many addresses of this computer. Each announces a serial number up to its rate limit and
 * answers nothing.
 */
async function crowd(url: string, serial: string) {
  /** Fobs that the service currently waits for, and the most that it waited for at once. */
  const awaited = new Set<string>();
  const most = { atOnce: 0, inAll: 0 };
  const sockets = Array.from({ length: SOURCES }, (_one, source) => {
    const localAddress = `127.0.1.${source + 1}`;
    const socket = new WebSocket(`${url.replace('http', 'ws')}/carrier`, { localAddress });
    socket.on('open', () => socket.send(OPEN));
    socket.on('message', data => {
      const { type, fob } = JSON.parse(String(data)) as { type: string; fob?: number };
      const which = `${source} ${fob}`;
      if (type === 'identity')
        for (let count = 0; count < FOBS; count++)
          socket.send(JSON.stringify({ type: 'fob', fob: count, serial, port: 'serial' }));
      if (type === 'bytes' && !awaited.has(which)) {
        awaited.add(which);
        most.inAll++;
      }
      if (type === 'release') awaited.delete(which);
      most.atOnce = Math.max(most.atOnce, awaited.size);
    });
    return socket;
  });
  const announced = () => sockets.every(socket => socket.readyState === WebSocket.OPEN);
  await until(() => announced() && most.inAll > 0, 'the crowd');
  return { most, close: () => sockets.forEach(socket => void socket.terminate()) };
}

it.runIf(process.platform === 'linux')(
  'a known serial number announced from 245 sources delays no other fob, nor its own at its earlier source (only on Linux)',
  async () => {
    await using scene = await Scene.open();
    const [ada, bob] = [await scene.fobOf('ada'), await scene.fobOf('bob')];
    const before = await scene.agent();
    await scene.plugged(before, ada);
    await before.close();
    const { most, close } = await crowd(scene.service.url, ada.serial);
    const agent = await scene.agent();
    await agent.stands(agent.plug(bob.fob), 'own');
    await agent.stands(agent.plug(ada.fob), 'own');
    expect(most.atOnce).toBeLessThanOrEqual(agentLimits.agentProofsPerSerial);
    // Thousands of proofs were requested before these two.
    expect(most.inAll).toBeLessThan(SOURCES);
    close();
  },
);
