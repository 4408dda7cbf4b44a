import { pacedWire } from '@passfob/simulator/ports/baud';
import { BAUD_SLICE_BYTES, BITS_PER_BYTE } from '@passfob/simulator/ports/limits';
import { afterEach, beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import { loopedWire } from './kit.ts';

const BAUD = 57_600;

/** Returns how long so many bytes take in one direction. */
const msOf = (bytes: number) => (bytes * BITS_PER_BYTE * 1_000) / BAUD;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'] });
  vi.spyOn(performance, 'now').mockImplementation(() => Date.now());
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

it('the simulated baud rate takes the time of every byte, in each direction, and keeps their order', () => {
  const wire = pacedWire(loopedWire(), BAUD);
  onTestFinished(() => wire.stop());
  const sent = Buffer.from(Array.from({ length: 600 }, (_, index) => index & 255));
  const received: Uint8Array[] = [];
  wire.onData(bytes => void received.push(bytes));
  wire.write(sent.subarray(0, 100));
  wire.write(sent.subarray(100));
  // The response may overlap with the bytes on the way there, but its last slice cannot.
  vi.advanceTimersByTime(Math.floor(msOf(sent.length)));
  expect(Buffer.concat(received).length).toBeLessThan(sent.length);
  // A timer is late by a millisecond at most, in each direction.
  vi.advanceTimersByTime(Math.ceil(msOf(BAUD_SLICE_BYTES)) + 2);
  expect(Buffer.concat(received).equals(sent)).toBe(true);
});

it('the simulated baud rate drops the bytes on their way when it is stopped', () => {
  const wire = pacedWire(loopedWire(), BAUD);
  let heard = 0;
  wire.onData(() => {
    heard++;
  });
  wire.write(Buffer.alloc(64));
  wire.stop();
  vi.advanceTimersByTime(50);
  expect(heard).toBe(0);
});
