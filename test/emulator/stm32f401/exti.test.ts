import { EXTI_LINE, Exti } from '@passfob/emulator/stm32f401/exti';
import { Gpio } from '@passfob/emulator/stm32f401/gpio';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { Syscfg } from '@passfob/emulator/stm32f401/syscfg';
import { describe, expect, it } from 'vitest';
import { RecordedLines, setBits, store, storeHalf } from './fixture.ts';

const [IMR, EMR, RTSR, FTSR, SWIER, PR] = [0x00, 0x04, 0x08, 0x0c, 0x10, 0x14];
const [EXTICR1, EXTICR4, CMPCR] = [0x08, 0x14, 0x20];

function makePins() {
  const lines = new RecordedLines();
  const syscfg = new Syscfg();
  const exti = new Exti({ lines, portOf: line => syscfg.portOf(line) });
  const gpio = new Gpio((port, pin, isHigh) => exti.pin(port, pin, isHigh));
  const wakes: string[] = [];
  exti.onWake((line, kind) => wakes.push(`${line} ${kind}`));
  return { lines, syscfg, exti, gpio, wakes };
}

describe('an edge at a pin', () => {
  it.each([
    ['rising', RTSR, true],
    ['falling', FTSR, false],
  ])(
    'requests the interrupt of its line if the %s edge is selected (RM0368 §10.2.4)',
    (_edge, register, level) => {
      const { lines, syscfg, exti, gpio } = makePins();
      setBits(syscfg, EXTICR4, 2 << 4);
      setBits(exti, register, 1 << 13);
      setBits(exti, IMR, 1 << 13);
      gpio.drive('C', 13, !level);
      expect(exti.read(PR)).toBe(0);
      gpio.drive('C', 13, level);
      expect(exti.read(PR)).toBe(1 << 13);
      expect(lines.requested).toEqual(new Set([IRQ.EXTI15_10]));
    },
  );

  it('counts only from the port that SYSCFG_EXTICR selects (RM0368 §7.2.3)', () => {
    const { syscfg, exti, gpio } = makePins();
    setBits(exti, RTSR, 1);
    gpio.drive('B', 0, true);
    expect(exti.read(PR)).toBe(0);
    store(syscfg, EXTICR1, 1);
    gpio.drive('B', 0, false);
    gpio.drive('B', 0, true);
    gpio.drive('A', 0, true);
    expect(exti.read(PR)).toBe(1);
  });

  it('stays pending without a request while its line is masked', () => {
    const { lines, exti } = makePins();
    store(exti, RTSR, 1 << 5);
    exti.edge(5, true);
    expect(exti.read(PR)).toBe(1 << 5);
    expect(lines.requested.size).toBe(0);
    store(exti, IMR, 1 << 5);
    expect(lines.requested).toEqual(new Set([IRQ.EXTI9_5]));
  });
});

describe('the requests of EXTI', () => {
  it.each([
    ...[0, 1, 2, 3, 4].map(line => [line, IRQ.EXTI0 + line]),
    ...[5, 6, 7, 8, 9].map(line => [line, IRQ.EXTI9_5]),
    ...[10, 11, 12, 13, 14, 15].map(line => [line, IRQ.EXTI15_10]),
    [EXTI_LINE.PVD, 1],
    [EXTI_LINE.RTC_ALARM, 41],
    [EXTI_LINE.OTG_FS_WAKE_UP, 42],
    [EXTI_LINE.RTC_TAMPER, 2],
    [EXTI_LINE.RTC_WAKE_UP, 3],
  ])('go from line %i to interrupt %i (RM0368 §10.2, table 38)', (line, irq) => {
    const { lines, exti } = makePins();
    store(exti, IMR, 0x7f_ffff);
    store(exti, RTSR, 0x7f_ffff);
    exti.edge(line ?? 0, true);
    expect([...lines.requested]).toEqual([irq]);
    store(exti, PR, 1 << (line ?? 0));
    expect(lines.requested.size).toBe(0);
  });

  it('last while any line of a shared interrupt is pending', () => {
    const { lines, exti } = makePins();
    store(exti, IMR, 0xffff);
    store(exti, RTSR, 0xffff);
    exti.edge(10, true);
    exti.edge(13, true);
    store(exti, PR, 1 << 10);
    expect(lines.requested).toEqual(new Set([IRQ.EXTI15_10]));
    store(exti, PR, 1 << 13);
    expect(lines.requested.size).toBe(0);
  });

  it('have no lines 19 and 20 on this chip (RM0368 §10.3.1)', () => {
    const { exti } = makePins();
    store(exti, IMR, 0xffff_ffff);
    expect(exti.read(IMR)).toBe(0x67_ffff);
  });
});

describe('the pending register', () => {
  it('clears bits written as 1 and, by half-words, no others (RM0368 §10.3.6)', () => {
    const { exti } = makePins();
    store(exti, RTSR, 0xffff);
    exti.edge(0, true);
    exti.edge(9, true);
    store(exti, PR, 0);
    expect(exti.read(PR)).toBe(0x201);
    storeHalf(exti, PR, 0x200);
    expect(exti.read(PR)).toBe(1);
  });

  it('loses all bits by a load and a store of what was loaded, as through its bit-band alias', () => {
    const { exti } = makePins();
    store(exti, RTSR, 0xffff);
    exti.edge(0, true);
    exti.edge(9, true);
    setBits(exti, PR, 1);
    expect(exti.read(PR)).toBe(0);
  });

  it('is set by software where the interrupt is enabled, until it is cleared (RM0368 §10.3.5)', () => {
    const { exti, lines } = makePins();
    store(exti, SWIER, 1);
    expect(exti.read(PR)).toBe(0);
    store(exti, IMR, 3);
    store(exti, SWIER, 3);
    expect(exti.read(PR)).toBe(2);
    expect(lines.requested).toEqual(new Set([IRQ.EXTI1]));
    store(exti, PR, 2);
    expect(exti.read(SWIER)).toBe(1);
    setBits(exti, SWIER, 2);
    expect(exti.read(PR)).toBe(2);
  });
});

describe('a wake-up', () => {
  it('comes from an unmasked interrupt or event, and from no other edge (RM0368 §10.2.3)', () => {
    const { exti, wakes } = makePins();
    store(exti, RTSR, 0x40_0003);
    exti.edge(0, true);
    store(exti, EMR, 2);
    exti.edge(1, true);
    store(exti, IMR, 0x40_0000);
    exti.edge(22, false);
    exti.edge(22, true);
    expect(wakes).toEqual(['1 event', '22 interrupt']);
  });

  it('does not come after a reset, which clears masks and requests', () => {
    const { exti, lines, wakes } = makePins();
    store(exti, RTSR, 1);
    store(exti, IMR, 1);
    exti.edge(0, true);
    exti.reset();
    expect(lines.requested.size).toBe(0);
    exti.edge(0, true);
    expect(wakes).toEqual(['0 interrupt']);
  });
});

describe('SYSCFG', () => {
  it('selects a port for each line by four bits', () => {
    const { syscfg } = makePins();
    store(syscfg, EXTICR1, 0x7421);
    expect([0, 1, 2, 3, 4].map(line => syscfg.portOf(line))).toEqual(['B', 'C', 'E', 'H', 'A']);
    store(syscfg, EXTICR1, 0x0005);
    expect(syscfg.portOf(0)).toBeUndefined();
  });

  it('has its compensation cell ready once it is on', () => {
    const { syscfg } = makePins();
    expect(syscfg.read(CMPCR)).toBe(0);
    store(syscfg, CMPCR, 1);
    expect(syscfg.read(CMPCR)).toBe(0x101);
  });
});
