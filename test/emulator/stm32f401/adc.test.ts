import { Adc } from '@passfob/emulator/stm32f401/adc';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { describe, expect, it } from 'vitest';
import { clearBits, makeStillTime, RecordedLines, setBits, store } from './fixture.ts';

const [SR, CR1, CR2, SMPR2, HTR, LTR, SQR1, SQR3, DR, CCR] = [
  ...[0x00, 0x04, 0x08, 0x10, 0x24, 0x28, 0x2c, 0x34, 0x4c, 0x304],
] as const;
const [ADON, CONT, EOCS, ALIGN, SWSTART] = [1, 2, 1 << 10, 1 << 11, 1 << 30];
const [AWD, EOC, OVR] = [1, 2, 32];
const TSVREFE = 1 << 23;

function makeAdc({ seed = 1, pclk2 = 84e6 } = {}) {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const volts = Array.from({ length: 16 }, () => 0);
  const adc = new Adc({
    ...{ time, lines, clocks: { pclk2 }, randomness: makeRandomness(seed, 'adc') },
    voltage: channel => volts[channel] ?? 0,
    supply: () => 3.3,
    battery: () => 3,
    temperature: () => 35,
  });
  /** One conversion of one channel, as Espruino makes it: 480 cycles, then waiting for EOC. */
  function convert(channel: number): number {
    store(adc, SQR3, channel);
    setBits(adc, CR2, SWSTART);
    pass(1000);
    expect(adc.read(SR) & EOC).toBe(EOC);
    return adc.read(DR);
  }
  return { adc, pass, lines, volts, convert };
}

describe('a conversion', () => {
  it('measures a pin against the supply in 4096 steps', () => {
    const { adc, volts, convert } = makeAdc();
    store(adc, CR2, ADON);
    volts[5] = 1.65;
    expect(Math.abs(convert(5) - 2048)).toBeLessThan(8);
    volts[5] = 5;
    expect(convert(5)).toBe(4095);
    volts[5] = -1;
    expect(convert(5)).toBe(0);
  });

  it.each([
    // SMP, ADCPRE, pclk2, µs: (sample + 12) × divider / pclk2 (RM0368 §11.5)
    [0, 0, 84e6, (3 + 12) / 42],
    [7, 0, 84e6, (480 + 12) / 42],
    [7, 3, 84e6, (480 + 12) / 10.5],
    [4, 1, 16e6, (84 + 12) / 4],
  ])('takes its sample and twelve cycles: SMP %i, ADCPRE %i, APB2 at %i Hz', (smp, adcpre, pclk2, us) => {
    const { adc, pass } = makeAdc({ pclk2 });
    store(adc, CR2, ADON);
    store(adc, SMPR2, smp << 9);
    store(adc, CCR, adcpre << 16);
    store(adc, SQR3, 3);
    setBits(adc, CR2, SWSTART);
    pass(us - 0.02);
    expect(adc.read(SR) & EOC).toBe(0);
    pass(0.04);
    expect(adc.read(SR) & EOC).toBe(EOC);
  });

  it('is aligned to the left with ALIGN, at every resolution (RM0368 §11.4)', () => {
    const { adc, volts, convert } = makeAdc();
    volts[0] = 4;
    const results = [0, 1, 2, 3].map(resolution => {
      store(adc, CR1, resolution << 24);
      store(adc, CR2, ADON);
      const right = convert(0);
      store(adc, CR2, ADON | ALIGN);
      return [right, convert(0)];
    });
    expect(results).toEqual([
      [0xfff, 0xfff0],
      [0x3ff, 0xffc0],
      [0xff, 0xff00],
      [0x3f, 0xfc],
    ]);
  });

  it('does not start while the converter is off, and ends when it is turned off', () => {
    const { adc, pass } = makeAdc();
    store(adc, CR2, SWSTART);
    pass(1000);
    expect(adc.read(SR)).toBe(0);
    store(adc, CR2, ADON | SWSTART);
    clearBits(adc, CR2, ADON);
    pass(1000);
    expect(adc.read(SR) & EOC).toBe(0);
  });

  it('clears EOC as its result is read, or as software writes 0 to it (RM0368 §11.12.1)', () => {
    const { adc, pass, convert } = makeAdc();
    store(adc, CR2, ADON);
    convert(0);
    expect(adc.read(SR) & EOC).toBe(0);
    setBits(adc, CR2, SWSTART);
    pass(1000);
    store(adc, SR, ~EOC);
    expect(adc.read(SR) & EOC).toBe(0);
    expect(adc.read(CR2)).toBe(ADON);
  });

  it('requests an interrupt at its end if EOCIE asks for one', () => {
    const { adc, pass, lines } = makeAdc();
    store(adc, CR1, 1 << 5);
    store(adc, CR2, ADON | SWSTART);
    pass(1000);
    expect(lines.requested).toEqual(new Set([IRQ.ADC]));
    adc.read(DR);
    expect(lines.requested.size).toBe(0);
  });
});

describe('a sequence', () => {
  it('goes through its channels; EOC comes after the last, or with EOCS after each (RM0368 §11.3.8)', () => {
    const { adc, pass, volts } = makeAdc();
    volts[1] = 4;
    store(adc, CR1, 1 << 8);
    store(adc, SQR1, 1 << 20);
    store(adc, SQR3, 2 | (1 << 5));
    store(adc, CR2, ADON | SWSTART);
    pass(0.4);
    expect(adc.read(SR) & EOC).toBe(0);
    pass(0.4);
    expect(adc.read(SR) & EOC).toBe(EOC);
    expect(adc.read(DR)).toBe(4095);
    store(adc, CR2, ADON | EOCS | SWSTART);
    pass(0.4);
    expect(adc.read(SR) & EOC).toBe(EOC);
    expect(adc.read(DR)).toBeLessThan(8);
  });

  it('stops with OVR where a result is not fetched before the next (RM0368 §11.8.2)', () => {
    const { adc, pass, volts } = makeAdc();
    store(adc, CR2, ADON | EOCS | CONT | SWSTART);
    pass(0.4);
    volts[0] = 4;
    pass(10);
    expect(adc.read(SR) & OVR).toBe(OVR);
    expect(adc.read(DR)).toBeLessThan(8);
    pass(10);
    expect(adc.read(SR) & EOC).toBe(0);
  });

  it('begins again with CONT', () => {
    const { adc, pass } = makeAdc();
    store(adc, CR2, ADON | CONT | SWSTART);
    for (let i = 0; i < 3; i += 1) {
      pass(0.4);
      expect(adc.read(SR) & EOC).toBe(EOC);
      adc.read(DR);
    }
  });
});

describe('an internal channel', () => {
  it('gives the reference and the temperature while the sensor is on (RM0368 §11.9)', () => {
    const { adc, convert } = makeAdc();
    store(adc, CR2, ADON);
    expect(convert(17)).toBeLessThan(8);
    store(adc, CCR, TSVREFE);
    const reference = convert(17);
    expect((reference / 4096) * 3.3).toBeCloseTo(1.21, 2);
    for (const channel of [16, 18]) {
      const volts = (convert(channel) * 1.21) / reference;
      expect(Math.abs((volts - 0.76) / 0.0025 + 25 - 35)).toBeLessThan(4);
    }
  });

  it('gives a quarter of the battery with VBATE, before the temperature (RM0368 §11.10)', () => {
    const { adc, convert } = makeAdc();
    store(adc, CR2, ADON);
    store(adc, CCR, TSVREFE | (1 << 22));
    expect((convert(18) / 4096) * 3.3).toBeCloseTo(0.75, 2);
  });
});

describe('the noise', () => {
  it('is the same for a seed, differs between seeds, and stays within a few steps', () => {
    const readings = (seed: number) => {
      const { adc, convert } = makeAdc({ seed });
      store(adc, CR2, ADON);
      store(adc, CCR, TSVREFE);
      return Array.from({ length: 64 }, () => convert(17));
    };
    const first = readings(1);
    expect(readings(1)).toEqual(first);
    expect(readings(2)).not.toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(2);
    expect(Math.max(...first) - Math.min(...first)).toBeLessThan(12);
  });
});

describe('the analog watchdog', () => {
  it('reports a result beyond its thresholds, of one channel or of all (RM0368 §11.3.7)', () => {
    const { adc, volts, convert, lines } = makeAdc();
    volts[1] = 2;
    volts[2] = 2;
    store(adc, CR2, ADON);
    store(adc, HTR, 2000);
    convert(1);
    expect(adc.read(SR) & AWD).toBe(0);
    store(adc, CR1, (1 << 23) | (1 << 9) | (1 << 6) | 2);
    convert(1);
    expect(adc.read(SR) & AWD).toBe(0);
    store(adc, HTR, 2600);
    convert(2);
    expect(adc.read(SR) & AWD).toBe(0);
    store(adc, HTR, 2400);
    convert(2);
    expect(adc.read(SR) & AWD).toBe(AWD);
    store(adc, SR, 0);
    store(adc, HTR, 2600);
    store(adc, LTR, 2500);
    convert(2);
    expect(adc.read(SR) & AWD).toBe(AWD);
    expect(lines.requested).toEqual(new Set([IRQ.ADC]));
  });
});
