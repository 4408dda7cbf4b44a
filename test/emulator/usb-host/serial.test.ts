import { TICKS_PER_US } from '@passfob/emulator/base/timeline';
import { makeRandomness, type Randomness } from '@passfob/simulator/base/randomness';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Bench } from '../kit/usb/bench.ts';

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

describe('the serial port of a USB host', () => {
  test('carries all bytes in order both ways while the device says NAK at random', () => {
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
    );
  });

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

  test('a device that is not ready keeps the bytes waiting in the host', () => {
    const bench = new Bench();
    bench.configure();
    bench.gadget.onPacket = () => {};
    bench.host.serial.write(new Uint8Array(10));
    bench.host.serial.write(Uint8Array.of(1, 2));
    bench.run(500);
    expect(bench.host.serial.pending).toBe(2);
    bench.gadget.listen();
    bench.run(1);
    expect(bench.host.serial.pending).toBe(0);
    expect(bench.gadget.received).toHaveLength(12);
  });

  test('a program that does not read leaves the bytes in the device', () => {
    const bench = new Bench();
    const read = listen(bench);
    bench.configure();
    bench.host.serial.hold(true);
    bench.gadget.sendSerial(Uint8Array.of(1, 2, 3));
    bench.run(100);
    expect(bench.gadget.isSending).toBe(true);
    bench.host.serial.hold(false);
    bench.run(1);
    expect(read).toEqual([1, 2, 3]);
    expect(bench.gadget.isSending).toBe(false);
  });

  test('opening and closing the port sets DTR and RTS, and a closed port is not read', () => {
    const bench = new Bench({ serial: { isOpen: false } });
    const read = listen(bench);
    bench.configure();
    expect(bench.gadget.lineState).toBe(0);
    bench.gadget.sendSerial(Uint8Array.of(1));
    bench.host.serial.write(Uint8Array.of(9));
    bench.run(100);
    expect(read).toEqual([]);
    expect(bench.gadget.received).toEqual([]);
    bench.host.serial.open();
    bench.run(10);
    expect(bench.gadget.lineState).toBe(3);
    expect(read).toEqual([1]);
    bench.host.serial.close();
    bench.run(10);
    expect(bench.gadget.lineState).toBe(0);
    expect(bench.host.serial.isConnected).toBe(false);
  });

  test('closing the port drops what the device has not taken', () => {
    const bench = new Bench();
    bench.configure();
    bench.gadget.onPacket = () => {};
    bench.host.serial.write(Uint8Array.of(1));
    bench.host.serial.write(Uint8Array.of(2));
    bench.run(10);
    bench.host.serial.close();
    bench.host.serial.open();
    bench.host.serial.write(Uint8Array.of(3));
    bench.gadget.listen();
    bench.run(10);
    expect(bench.gadget.received).toEqual([1, 3]);
  });

  test('a packet with the toggle of the last one is taken for that one again', () => {
    const bench = new Bench();
    const read = listen(bench);
    bench.configure();
    for (const byte of [1, 2, 3]) {
      if (byte === 2) bench.gadget.driver.stall(0x83, false);
      bench.gadget.sendSerial(Uint8Array.of(byte));
      bench.run(5);
    }
    expect(read).toEqual([1, 3]);
  });

  test('the state of the line is read from the device', () => {
    const bench = new Bench();
    bench.configure();
    bench.gadget.driver.send(2, Uint8Array.of(0xa1, 0x20, 0, 0, 0, 0, 2, 0));
    bench.run(20);
    expect(bench.gadget.driver.read(0x940) >>> 31).toBe(0);
  });

  test.each([0x83, 0x03])('the host clears the halt of endpoint %i and goes on', address => {
    const bench = new Bench();
    const read = listen(bench);
    bench.configure();
    const { gadget, host } = bench;
    gadget.sendSerial(Uint8Array.of(1));
    host.serial.write(Uint8Array.of(2));
    bench.run(10);
    gadget.driver.stall(address);
    host.serial.write(Uint8Array.of(3));
    bench.run(20);
    gadget.sendSerial(Uint8Array.of(4));
    bench.run(20);
    expect(gadget.received).toEqual([2, 3]);
    expect(read).toEqual([1, 4]);
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
});
