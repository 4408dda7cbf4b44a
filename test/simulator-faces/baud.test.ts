import { expect, it, onTestFinished } from 'vitest';
import { pacedWire } from '../../simulator/fronts/baud.ts';
import { loopedWire } from './kit.ts';

const BAUD = 57_600;

it('takes the time of every byte, in each direction, and keeps their order', async () => {
  const wire = pacedWire(loopedWire(), BAUD);
  onTestFinished(() => wire.stop());
  const sent = Buffer.from(Array.from({ length: 600 }, (_, index) => index & 255));
  const received: Uint8Array[] = [];
  const all = new Promise<void>(resolve =>
    wire.onData(bytes => {
      received.push(bytes);
      if (Buffer.concat(received).length === sent.length) resolve();
    }),
  );
  const beganMs = performance.now();
  wire.write(sent.subarray(0, 100));
  wire.write(sent.subarray(100));
  await all;
  expect(Buffer.concat(received).equals(sent)).toBe(true);
  // Ten bits a byte on the way there; what comes back may overlap with it, but its last slice cannot.
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual((sent.length * 10_000) / BAUD);
});

it('forgets what is on its way when it is stopped', async () => {
  const wire = pacedWire(loopedWire(), BAUD);
  let heard = 0;
  wire.onData(() => {
    heard++;
  });
  wire.write(Buffer.alloc(64));
  wire.stop();
  await new Promise(resolve => setTimeout(resolve, 50));
  expect(heard).toBe(0);
});
