import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { Usart, type UsartOptions } from '@passfob/emulator/stm32f401/usart';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clearBits, makeStillTime, RecordedLines, setBits, store } from './fixture.ts';
import { makeClocks } from './settable-clocks.ts';

const [SR, DR, BRR, CR1, CR2] = [0x00, 0x04, 0x08, 0x0c, 0x10];
const [PE, ORE, IDLE, RXNE, TC, TXE] = [1, 8, 0x10, 0x20, 0x40, 0x80];
const [RE, TE, IDLEIE, RXNEIE, TCIE, TXEIE, PS, PCE, M, UE, OVER8] = [
  ...[4, 8, 0x10, 0x20, 0x40, 0x80, 0x200, 0x400, 0x1000, 0x2000, 0x8000],
] as const;
/** 10 bits at 115,200 baud, in µs. */
const FRAME_US = 10 / 0.1152;

function makeUsart(name: UsartOptions['name'] = 'USART1') {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const { clocks, ...control } = makeClocks();
  const usart = new Usart({ name, time, lines, clocks });
  const sent: number[] = [];
  usart.onByte(data => sent.push(data));
  return { usart, pass, lines, sent, ...control };
}

/** 115,200 baud from 21 MHz, both directions on. */
function makeRunning(flags = 0) {
  const made = makeUsart();
  store(made.usart, BRR, Math.round(21e6 / 115_200));
  store(made.usart, CR1, UE | TE | RE | flags);
  return made;
}

describe('the transmitter', () => {
  it('is empty and complete after a reset (RM0368 §19.6.1)', () => {
    expect(makeUsart().usart.read(SR)).toBe(TXE | TC);
  });

  it('takes the next byte while one is on the wire, and is complete after the last (RM0368 §19.3.2)', () => {
    const { usart, pass, sent } = makeRunning();
    store(usart, DR, 0x41);
    expect(usart.read(SR)).toBe(TXE | TC);
    store(usart, DR, 0x42);
    expect(usart.read(SR)).toBe(0);
    pass(FRAME_US - 1);
    expect(sent).toEqual([]);
    pass(2);
    expect(sent).toEqual([0x41]);
    expect(usart.read(SR)).toBe(TXE);
    pass(FRAME_US);
    expect(sent).toEqual([0x41, 0x42]);
    expect(usart.read(SR)).toBe(TXE | TC);
    store(usart, SR, ~TC);
    expect(usart.read(SR)).toBe(TXE);
  });

  it('replaces a byte that waits when software does not heed TXE', () => {
    const { usart, pass, sent } = makeRunning();
    for (const byte of [1, 2, 3]) store(usart, DR, byte);
    pass(1000);
    expect(sent).toEqual([1, 3]);
  });

  it('interrupts with TXEIE and TCIE (RM0368 §19.4)', () => {
    const { usart, pass, lines } = makeRunning(TXEIE);
    expect(lines.requested).toEqual(new Set([IRQ.USART1]));
    store(usart, DR, 1);
    store(usart, DR, 2);
    expect(lines.requested.size).toBe(0);
    pass(FRAME_US + 1);
    expect(lines.requested.size).toBe(1);
    clearBits(usart, CR1, TXEIE);
    expect(lines.requested.size).toBe(0);
    usart.read(SR);
    store(usart, DR, 3);
    setBits(usart, CR1, TCIE);
    pass(FRAME_US);
    expect(lines.requested.size).toBe(0);
    pass(FRAME_US + 1);
    expect(lines.requested.size).toBe(1);
  });

  it('sends what was written before it is on', () => {
    const { usart, pass, sent } = makeRunning();
    clearBits(usart, CR1, TE);
    store(usart, DR, 5);
    pass(1000);
    expect(sent).toEqual([]);
    setBits(usart, CR1, TE);
    pass(FRAME_US + 1);
    expect(sent).toEqual([5]);
  });

  it('is not complete while a byte waits for it to be on', () => {
    const { usart, pass, sent } = makeRunning();
    usart.read(SR);
    store(usart, DR, 1);
    store(usart, DR, 2);
    clearBits(usart, CR1, TE);
    pass(1000);
    expect(sent).toEqual([1]);
    expect(usart.read(SR)).toBe(0);
  });

  it.each([
    ['8 data bits, 1 stop bit', 0, 0, 182, 10],
    ['9 data bits', M, 0, 182, 11],
    ['2 stop bits', 0, 2, 182, 11],
    ['half a stop bit', 0, 1, 182, 9.5],
    ['oversampling by 8: BRR has three bits of fraction', OVER8, 0, 0x16e, 10],
  ])('needs %s for a frame (RM0368 §19.3.4)', (_format, flags, stop, brr, bits) => {
    const { usart, pass, sent } = makeUsart();
    store(usart, BRR, brr);
    store(usart, CR2, stop << 12);
    store(usart, CR1, UE | TE | flags);
    store(usart, DR, 1);
    pass((bits * 182) / 21 - 0.1);
    expect(sent).toEqual([]);
    pass(0.2);
    expect(sent).toEqual([1]);
  });

  it('of USART2 follows PCLK1, of USART6 PCLK2', () => {
    for (const [name, hz] of [
      ['USART2', 42e6],
      ['USART6', 21e6],
    ] as const) {
      const { usart, pass, sent } = makeUsart(name);
      store(usart, BRR, 1000);
      store(usart, CR1, UE | TE);
      store(usart, DR, 1);
      pass((10_000 * 1e6) / hz - 1);
      expect(sent).toEqual([]);
      pass(2);
      expect(sent).toEqual([1]);
    }
  });

  it('stands still in STOP', () => {
    const { usart, pass, sent, stop, start } = makeRunning();
    store(usart, DR, 1);
    pass(FRAME_US / 2);
    stop();
    pass(1000);
    expect(sent).toEqual([]);
    start();
    pass(FRAME_US / 2 + 1);
    expect(sent).toEqual([1]);
  });
});

describe('the receiver', () => {
  it('has a byte after a frame, interrupts with RXNEIE and gives it on a read of DR (RM0368 §19.3.3)', () => {
    const { usart, pass, lines } = makeRunning(RXNEIE);
    usart.receive([0x55]);
    pass(FRAME_US - 1);
    expect(lines.requested.size).toBe(0);
    pass(2);
    expect(lines.requested).toEqual(new Set([IRQ.USART1]));
    expect(usart.read(SR) & RXNE).toBe(RXNE);
    expect(usart.read(DR)).toBe(0x55);
    expect(usart.read(SR) & RXNE).toBe(0);
    expect(lines.requested.size).toBe(0);
  });

  it('gets what is sent in two pieces one after the other', () => {
    const { usart, pass } = makeRunning();
    usart.receive([1]);
    pass(FRAME_US / 2);
    usart.receive([2]);
    pass(FRAME_US / 2 + 1);
    expect(usart.read(DR)).toBe(1);
    pass(FRAME_US);
    expect(usart.read(DR)).toBe(2);
  });

  it('has a bound for what waits on the wire', () => {
    const { usart, pass } = makeRunning();
    usart.receive(new Uint8Array(200_000).fill(7));
    pass(65_000 * FRAME_US);
    expect(usart.read(SR) & IDLE).toBe(0);
    pass(1_000 * FRAME_US);
    expect(usart.read(SR) & IDLE).toBe(IDLE);
  });

  it('keeps the old byte and loses the new one when software is late (RM0368 §19.3.3)', () => {
    const { usart, pass, lines } = makeRunning(RXNEIE);
    usart.receive([1, 2, 3]);
    pass(2 * FRAME_US + 2);
    expect(usart.read(SR) & (RXNE | ORE)).toBe(RXNE | ORE);
    expect(usart.read(DR)).toBe(1);
    expect(usart.read(SR) & (RXNE | ORE)).toBe(0);
    expect(lines.requested.size).toBe(0);
    pass(FRAME_US);
    expect(usart.read(DR)).toBe(3);
  });

  it('keeps ORE until software reads SR and then DR (RM0368 §19.6.1)', () => {
    const { usart, pass } = makeRunning();
    usart.read(SR);
    usart.receive([1, 2]);
    pass(3 * FRAME_US);
    usart.read(DR);
    expect(usart.read(SR) & ORE).toBe(ORE);
    usart.read(DR);
    expect(usart.read(SR) & ORE).toBe(0);
  });

  it('tells once by IDLE that nothing follows (RM0368 §19.6.1)', () => {
    const { usart, pass, lines } = makeRunning(IDLEIE);
    pass(1000);
    expect(usart.read(SR) & IDLE).toBe(0);
    usart.receive([1]);
    pass(FRAME_US + 1);
    expect(lines.requested.size).toBe(0);
    pass(FRAME_US);
    expect(lines.requested.size).toBe(1);
    expect(usart.read(SR) & IDLE).toBe(IDLE);
    usart.read(DR);
    expect(lines.requested.size).toBe(0);
    pass(1000);
    expect(usart.read(SR) & IDLE).toBe(0);
  });

  it('loses what arrives while it is off, has no rate or stands in STOP', () => {
    const off = makeRunning();
    clearBits(off.usart, CR1, RE);
    off.usart.receive([1]);
    setBits(off.usart, CR1, RE);
    const unset = makeUsart();
    store(unset.usart, CR1, UE | RE);
    unset.usart.receive([1]);
    store(unset.usart, BRR, 182);
    const stopped = makeRunning();
    stopped.usart.receive([1, 2, 3]);
    stopped.stop();
    stopped.pass(1000);
    stopped.start();
    for (const { usart, pass } of [off, unset, stopped]) {
      pass(1000);
      expect(usart.read(SR) & RXNE).toBe(0);
    }
  });

  it.each([
    // Data, format, what DR holds: the highest bit is the parity (RM0368 §19.3.7).
    [0x55, 0, 0x55],
    [0x1ff, 0, 0xff],
    [0x1ff, M, 0x1ff],
    [0x53, PCE, 0x53],
    [0x51, PCE, 0xd1],
    [0x51, PCE | PS, 0x51],
    [0x1d1, PCE | M, 0xd1],
    [0xd0, PCE | M, 0x1d0],
  ])('gives data %i with format %i as %i, and the transmitter the data back', (data, format, held) => {
    const { usart, pass, sent } = makeRunning(format);
    usart.receive([data]);
    pass(2 * FRAME_US);
    expect(usart.read(DR)).toBe(held);
    expect(usart.read(SR) & PE).toBe(0);
    store(usart, DR, held);
    pass(2 * FRAME_US);
    const bits = ((format & M) === 0 ? 8 : 9) - ((format & PCE) === 0 ? 0 : 1);
    expect(sent).toEqual([data & ((1 << bits) - 1)]);
  });

  it('passes any bytes on to software that reads in time', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(255), { maxLength: 20 }), bytes => {
        const { usart, pass, sent } = makeRunning();
        usart.receive(bytes);
        pass(5);
        for (let frame = 0; frame < bytes.length; frame += 1) {
          pass(FRAME_US);
          store(usart, DR, usart.read(DR));
        }
        pass(5 * FRAME_US);
        expect(sent).toEqual(bytes);
      }),
    );
  });
});

it('a reset of the chip stops a USART and takes its request back', () => {
  const { usart, pass, lines, sent } = makeRunning(RXNEIE);
  usart.receive([1, 2]);
  store(usart, DR, 7);
  pass(FRAME_US * 0.9);
  usart.reset();
  pass(1000);
  expect([SR, DR, BRR, CR1].map(register => usart.read(register))).toEqual([TXE | TC, 0, 0, 0]);
  expect(lines.requested.size).toBe(0);
  expect(sent).toEqual([]);
});
