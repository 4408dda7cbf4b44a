import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scripts } from '../kit/register-script.ts';
import { Bench } from '../kit/usb/bench.ts';
import { benchStage } from '../kit/usb/stage.ts';

/** Collects what the host's program reads. */
function listen(bench: Bench): number[] {
  const read: number[] = [];
  bench.host.serial.onData(bytes => read.push(...bytes));
  return read;
}

/** Has the device take its time before it is ready for a packet, and before it sends the next of `pieces`. */
function makeSlow(bench: Bench, randomness: Randomness, pieces: Uint8Array[]): void {
  const { gadget, time } = bench;
  const later = (run: () => void) =>
    time.at(time.now + randomness.below(3_000) * TICKS_PER_US, () => {
      if (gadget.isConfigured) run();
    });
  gadget.onPacket = () => later(() => gadget.listen());
  const sendNext = () => {
    const piece = pieces.shift();
    if (piece) gadget.sendSerial(piece);
  };
  gadget.onSent = () => later(sendNext);
  sendNext();
}

const writes = fc.array(fc.uint8Array({ minLength: 1, maxLength: 200 }), { maxLength: 8 });

test('the serial port of a USB host carries all bytes in order both ways while the device says NAK at random', () =>
  fc.assert(
    fc.property(writes, writes, fc.nat(), fc.constantFrom(1, 63, 64), (down, up, seed, packetBytes) => {
      const randomness = makeRandomness(seed, 'slow device');
      const latencyUs = () => 1 + randomness.below(300);
      const bench = new Bench({ seed, serial: { packetBytes } }, { latencyUs });
      const read = listen(bench);
      bench.configure();
      makeSlow(bench, randomness, [...up]);
      for (const bytes of down) bench.host.serial.write(bytes);
      const sent = down.flatMap(bytes => [...bytes]);
      const back = up.flatMap(bytes => [...bytes]);
      bench.until(() => bench.gadget.received.length >= sent.length && read.length >= back.length, 60_000);
      bench.run(100);
      expect(bench.gadget.received).toEqual(sent);
      expect(read).toEqual(back);
    }),
    { numRuns: 40 },
  ));

test.each([
  { packetBytes: 64, endsWithShortPacket: false, sizes: [64, 64] },
  { packetBytes: 64, endsWithShortPacket: true, sizes: [64, 64, 0] },
  { packetBytes: 63, endsWithShortPacket: false, sizes: [63, 63, 2] },
  { packetBytes: 100, endsWithShortPacket: false, sizes: [64, 64] },
])('a write of 128 bytes makes packets of $sizes', ({ packetBytes, endsWithShortPacket, sizes }) => {
  const bench = new Bench({ serial: { packetBytes, endsWithShortPacket } });
  bench.configure();
  const seen: number[] = [];
  const { gadget } = bench;
  let before = 0;
  gadget.onPacket = () => {
    seen.push(gadget.received.length - before);
    before = gadget.received.length;
    gadget.listen();
  };
  bench.host.serial.write(new Uint8Array(128));
  bench.run(20);
  expect(seen).toEqual(sizes);
});

test('64 bytes at once take about 50 µs on the bus', () => {
  const bench = new Bench({ reactionUs: 0 });
  bench.configure();
  const times: number[] = [];
  bench.gadget.onPacket = () => {
    times.push(bench.time.now / TICKS_PER_US);
    bench.gadget.listen();
  };
  bench.host.serial.write(new Uint8Array(640));
  bench.run(20);
  const [first = 0] = times;
  const last = times.at(-1) ?? 0;
  expect(times).toHaveLength(10);
  expect((last - first) / 9).toBeGreaterThan(50);
  expect((last - first) / 9).toBeLessThan(80);
});

scripts('the serial port of a USB host', benchStage)`
  a device that is not ready keeps the bytes waiting in the host:
    configure; deaf on; hostBytes 10; host 1 2; 500_000 us; pending is 2; listen; 1000 us; pending is 0; receivedBytes is 12

  a program that does not read leaves the bytes in the device:
    configure; hold on; device 1 2 3; 100_000 us; sending is true; hold off; 1000 us; read is 1 2 3; sending is false

  closing the port drops what the device has not taken:
    configure; deaf on; host 1; host 2; 10_000 us; close; open; host 3; listen; 10_000 us; received is 1 3

  a packet with the toggle of the last one is taken for that one again:
    configure; device 1; 5000 us; stall 0x83 off; device 2; 5000 us; device 3; 5000 us; read is 1 3

  the host clears the halt of an IN endpoint and goes on:
    configure; device 1; host 2; 10_000 us; stall 0x83; host 3; 20_000 us; device 4; 20_000 us; received is 2 3; read is 1 4

  the host clears the halt of an OUT endpoint and goes on:
    configure; device 1; host 2; 10_000 us; stall 0x03; host 3; 20_000 us; device 4; 20_000 us; received is 2 3; read is 1 4
`;

scripts('a closed serial port', () => benchStage({ serial: { isOpen: false } }))`
  opening and closing the port sets DTR and RTS, and a closed port is not read:
    configure; lineState is 0; device 1; host 9; 100_000 us; read is nothing; received is nothing
    open; 10_000 us; lineState is 3; read is 1; close; 10_000 us; lineState is 0; connected is false
`;

test('the state of the line is read from the device', () => {
  const bench = new Bench();
  bench.configure();
  bench.gadget.driver.send(2, Uint8Array.of(0xa1, 0x20, 0, 0, 0, 0, 2, 0));
  bench.run(20);
  expect(bench.gadget.driver.read(0x940) >>> 31).toBe(0);
});
