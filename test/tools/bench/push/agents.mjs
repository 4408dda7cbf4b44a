// A process with agents, as built, and with agent connections that stay idle. Its parent sends it messages.
import { randomBytes } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import process from 'node:process';
import { setTimeout as pause } from 'node:timers/promises';
import { WebSocket } from 'ws';

const built = path => import(new URL(`../../../../host/dist/${path}`, import.meta.url).href);
const { Agent } = await built('agent/agent.js');
const { systemTime } = await built('agent/base/time.js');
const { AGENT_BEAT_MS } = await built('agent/base/limits.js');
const { openTransport, readAddress } = await built('transports/discover.js');

/** Connections that open at the same time, at most. */
const OPENING_MAX = 32;

const nowMs = () => Number(process.hrtime.bigint()) / 1e6;
const ending = new AbortController();
// Each agent adds two listeners.
setMaxListeners(0, ending.signal);
const idle = { open: 0, lost: 0 };

/** Runs the agent of a computer with one fob. */
function carry({ url, fingerprint, address, serial }) {
  const agent = new Agent({
    settings: { services: [{ url, name: '', fingerprint }] },
    environment: {},
    time: systemTime,
    version: 'bench',
    async find(finder, signal) {
      finder.found({ serial, port: 'tcp', open: () => openTransport(readAddress(address)) });
      await new Promise(resolve => signal.addEventListener('abort', resolve, { once: true }));
    },
    report(event) {
      if (event.event === 'notice') process.send({ notice: { address, kind: event.kind, atMs: nowMs() } });
    },
  });
  agent.run(ending.signal).catch(error => {
    throw error;
  });
}

/** Opens a connection that behaves as an agent without a fob, from its own address. */
function stay(url, nth) {
  const localAddress = `127.1.${nth >> 8}.${nth & 255}`;
  const socket = new WebSocket(`${url.replace('http', 'ws')}/agent`, {
    localAddress,
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    let beats;
    socket.once('open', () => {
      const nonce = randomBytes(32).toString('base64url');
      socket.send(JSON.stringify({ type: 'open', version: 1, nonce }));
    });
    socket.once('message', () => {
      idle.open++;
      beats = setInterval(() => socket.send('{"type":"beat"}'), AGENT_BEAT_MS);
      resolve();
    });
    socket.once('error', reject);
    socket.once('close', () => {
      clearInterval(beats);
      idle.lost++;
      reject(new Error('the service closed the connection'));
    });
  });
}

async function stayAll({ url, count }) {
  let next = 0;
  const open = async () => {
    while (next < count) {
      const nth = next++;
      await stay(url, nth);
      // This spreads beats as those of agents that connected one by one.
      await pause(1);
    }
  };
  await Promise.all(Array.from({ length: OPENING_MAX }, open));
  return idle;
}

const orders = { carry, stay: stayAll, idle: () => idle };

process.on('message', async ({ order, given }) => {
  const answer = await orders[order](given);
  process.send({ answer: answer ?? null });
});
process.on('disconnect', () => process.exit(0));
process.send({ answer: 'ready' });
