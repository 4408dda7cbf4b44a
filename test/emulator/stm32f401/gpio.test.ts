import { Gpio } from '@passfob/emulator/stm32f401/gpio';
import { describe, expect, it } from 'vitest';
import { setBits, store, storeHalf } from './fixture.ts';

const [MODER, OTYPER, OSPEEDR, PUPDR, IDR, ODR] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14];
const [BSRR, LCKR, AFRL, AFRH] = [0x18, 0x1c, 0x20, 0x24];

function makeGpio() {
  const inputs: string[] = [];
  const wires: string[] = [];
  const gpio = new Gpio((port, pin, isHigh) => inputs.push(`${port}${pin} ${isHigh ? 'high' : 'low'}`));
  gpio.onChange((port, pin, isHigh) => wires.push(`${port}${pin} ${isHigh ? 'high' : 'low'}`));
  return { gpio, inputs, wires, b: gpio.ports.B, c: gpio.ports.C };
}

describe('a pin after a reset', () => {
  it('is an input, apart from those of the debugger, which have pulls (RM0368 §8.3.1)', () => {
    const { gpio } = makeGpio();
    const { A, B, C } = gpio.ports;
    expect([A.read(MODER), A.read(OSPEEDR), A.read(PUPDR)]).toEqual([0xa800_0000, 0x0c00_0000, 0x6400_0000]);
    expect([B.read(MODER), B.read(OSPEEDR), B.read(PUPDR)]).toEqual([0x280, 0xc0, 0x100]);
    expect([C.read(MODER), C.read(OSPEEDR), C.read(PUPDR)]).toEqual([0, 0, 0]);
    // PA13 SWDIO and PA15 are pulled up, PA14 SWCLK down.
    expect([13, 14, 15].map(pin => gpio.level('A', pin))).toEqual([true, false, true]);
    expect(gpio.alternate('A', 13)).toBe(0);
  });

  it('is one again when the port is reset', () => {
    const { gpio, b } = makeGpio();
    store(b, MODER, 1 << 4);
    store(b, ODR, 1 << 2);
    expect(gpio.output('B', 2)).toBe(true);
    b.reset();
    expect(gpio.output('B', 2)).toBeUndefined();
    expect(b.read(ODR)).toBe(0);
  });
});

describe('an output', () => {
  it('shows ODR on the wire and in IDR, whatever the outside applies', () => {
    const { gpio, wires, b } = makeGpio();
    store(b, MODER, 1 << 4);
    gpio.drive('B', 2, false);
    store(b, ODR, 1 << 2);
    expect(gpio.level('B', 2)).toBe(true);
    expect(b.read(IDR)).toBe((1 << 2) | (1 << 4));
    expect(wires).toEqual(['B2 high']);
  });

  it('with an open drain pulls to 0 and leaves 1 to the pull or the outside (RM0368 §8.3.10)', () => {
    const { gpio, b } = makeGpio();
    store(b, MODER, 1 << 12);
    store(b, OTYPER, 1 << 6);
    store(b, PUPDR, 1 << 12);
    expect(gpio.level('B', 6)).toBe(false);
    store(b, ODR, 1 << 6);
    expect(gpio.output('B', 6)).toBeUndefined();
    expect(gpio.level('B', 6)).toBe(true);
    gpio.drive('B', 6, false);
    expect(b.read(IDR) & (1 << 6)).toBe(0);
    gpio.drive('B', 6, undefined);
    expect(b.read(IDR) & (1 << 6)).toBe(1 << 6);
  });

  it('is set and reset by BSRR, by half-words too; set wins (RM0368 §8.4.7)', () => {
    const { b } = makeGpio();
    store(b, BSRR, 0b1110);
    store(b, BSRR, (0b0110 << 16) | 0b0010);
    expect(b.read(ODR)).toBe(0b1010);
    storeHalf(b, BSRR + 2, 0b1000);
    storeHalf(b, BSRR, 0b0001);
    expect(b.read(ODR)).toBe(0b0011);
    expect(b.read(BSRR)).toBe(0);
  });
});

describe('an input', () => {
  it('reads what drives it, else its pull, else the last level', () => {
    const { gpio, c } = makeGpio();
    const isHigh = () => (c.read(IDR) & (1 << 13)) !== 0;
    expect(isHigh()).toBe(false);
    gpio.drive('C', 13, true);
    expect(isHigh()).toBe(true);
    gpio.drive('C', 13, undefined);
    expect(isHigh()).toBe(true);
    store(c, PUPDR, 2 << 26);
    expect(isHigh()).toBe(false);
    gpio.drive('C', 13, true);
    expect(isHigh()).toBe(true);
    store(c, PUPDR, 1 << 26);
    gpio.drive('C', 13, false);
    expect(isHigh()).toBe(false);
    gpio.drive('C', 13, undefined);
    expect(isHigh()).toBe(true);
  });

  it('reports each change of its level once', () => {
    const { gpio, inputs } = makeGpio();
    gpio.drive('C', 13, true);
    gpio.drive('C', 13, true);
    gpio.drive('C', 13, false);
    expect(inputs).toEqual(['C13 high', 'C13 low']);
  });

  it('reads as 0 while it is analog (RM0368 §8.3.12)', () => {
    const { gpio, inputs, c } = makeGpio();
    store(c, MODER, 3 << 26);
    gpio.drive('C', 13, true);
    expect(c.read(IDR)).toBe(0);
    expect(gpio.level('C', 13)).toBe(true);
    expect(inputs).toEqual([]);
  });

  it('ignores writes to IDR', () => {
    const { c } = makeGpio();
    store(c, IDR, 0xffff);
    expect(c.read(IDR)).toBe(0);
  });
});

describe('an alternate function', () => {
  it('is told by AFRL for pins up to 7 and by AFRH above', () => {
    const { gpio, b } = makeGpio();
    store(b, MODER, (2 << 12) | (2 << 18));
    store(b, AFRL, 4 << 24);
    store(b, AFRH, 9 << 4);
    expect([6, 9, 7].map(pin => gpio.alternate('B', pin))).toEqual([4, 9, undefined]);
  });
});

describe('the lock', () => {
  const KEY = 1 << 16;
  const PINS = (1 << 2) | (1 << 9);

  it('freezes the configuration of its pins until a reset (RM0368 §8.3.6)', () => {
    const { b } = makeGpio();
    for (const word of [KEY | PINS, PINS, KEY | PINS]) store(b, LCKR, word);
    expect(b.read(LCKR)).toBe(KEY | PINS);
    for (const offset of [MODER, OTYPER, OSPEEDR, PUPDR, AFRL, AFRH]) store(b, offset, 0xffff_ffff);
    expect(b.read(MODER)).toBe(0xfff3_ffcf);
    expect(b.read(OTYPER)).toBe(0xfdfb);
    expect(b.read(AFRL)).toBe(0xffff_f0ff);
    expect(b.read(AFRH)).toBe(0xffff_ff0f);
    setBits(b, ODR, 1 << 2);
    expect(b.read(ODR)).toBe(1 << 2);
    b.reset();
    store(b, MODER, 0xffff_ffff);
    expect(b.read(MODER)).toBe(0xffff_ffff);
  });

  it.each([
    ['the key is not 1, 0, 1', [KEY | PINS, KEY | PINS, KEY | PINS]],
    ['the key is never 1', [PINS, PINS, PINS]],
    ['the pins differ', [KEY | PINS, PINS, KEY | 1]],
    ['a write is left out', [PINS, KEY | PINS]],
  ])('stays open where %s', (_what, sequence) => {
    const { b } = makeGpio();
    for (const word of sequence) store(b, LCKR, word);
    expect(b.read(LCKR) & KEY).toBe(0);
    store(b, MODER, 0);
    expect(b.read(MODER)).toBe(0);
  });
});
