// A process with simulated fobs on TCP ports, as they were built. Its parent asks by messages what is on a screen.
import { randomBytes } from 'node:crypto';
import process from 'node:process';
import { tcpFront } from '../../../dist/simulator/fronts/tcp.js';
import { boot } from '../../../dist/simulator/index.js';

const fobs = new Map();

async function plugIn() {
  const seed = randomBytes(4).readUInt32LE();
  const files = { birth: new Uint8Array(randomBytes(32)) };
  const fob = boot({ board: 'pico', clock: 'real', seed, files });
  const traffic = { toFob: 0, toHost: 0, requests: 0 };
  fob.link.onData(bytes => {
    traffic.toHost += bytes.length;
  });
  const wire = {
    write: bytes => {
      traffic.toFob += bytes.length;
      // A request is a line.
      traffic.requests += Buffer.from(bytes).filter(byte => byte === 10).length;
      fob.link.write(bytes);
    },
    onData: listener => fob.link.onData(listener),
  };
  const { port } = await tcpFront(wire);
  fobs.set(port, { fob, traffic });
  return port;
}

const answers = {
  screen: port => fobs.get(port).fob.screen().text,
  traffic: port => fobs.get(port).traffic,
  power: port => {
    const { fob } = fobs.get(port);
    fob.cutPower();
    fob.powerOn();
  },
};

process.on('message', ({ id, ask, port }) => process.send({ id, answer: answers[ask](port) }));
process.on('disconnect', () => process.exit(0));

const ports = [];
for (let count = Number(process.argv[2]); count > 0; count--) ports.push(await plugIn());
process.send({ ports });
