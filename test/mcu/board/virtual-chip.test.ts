import { virtualChip } from '@passfob/simulator';
import { describe, expect, it } from 'vitest';
import { BLINK, ECHO, EEPROM_WRITE } from './programs.ts';

describe('a chip with pins and parts of its own', () => {
  it('tells of each edge at a pin', () => {
    const chip = virtualChip({ firmware: BLINK });
    const edges: (readonly [string, boolean, number])[] = [];
    const stop = chip.onPin((pin, isHigh) => edges.push([pin, isHigh, Math.round(chip.now)]));
    chip.advance(3.5);
    stop();
    chip.advance(3);
    expect(edges).toEqual([
      ['B2', true, 1],
      ['B2', false, 2],
      ['B2', true, 3],
    ]);
    expect(chip.level('B2')).toBe(false);
    expect(() => chip.level('B16')).toThrow('there is no pin B16');
  });

  it('has a serial port, and starts anew after a reset', () => {
    const chip = virtualChip({ firmware: ECHO });
    const echoed: number[] = [];
    chip.serial1.onData(bytes => echoed.push(...bytes));
    chip.advance(1);
    chip.serial1.write(Uint8Array.of(7));
    chip.advance(5);
    chip.reset();
    chip.advance(1);
    chip.serial1.write(Uint8Array.of(8));
    chip.advance(5);
    expect(echoed).toEqual([8, 9]);
    expect(chip.faults).toEqual([]);
  });

  it('talks to a part at its address', () => {
    const received: number[][] = [];
    const memory = [0x5a];
    const chip = virtualChip({
      firmware: EEPROM_WRITE,
      parts: [
        {
          address: 0x57,
          name: 'a memory of one byte',
          ready: () => true,
          write: bytes => void received.push([...bytes]),
          startRead: () => () => memory[0] ?? 0xff,
          read: count => new Uint8Array(count).fill(memory[0] ?? 0xff),
          powerOn() {},
          powerOff() {},
        },
      ],
    });
    chip.advance(20);
    expect(received[0]).toEqual([0, 0x40, 0x5a]);
    expect(chip.level('B2')).toBe(true);
  });
});
