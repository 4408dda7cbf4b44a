import { Adc } from '@passfob/emulator/stm32f401/adc';
import { makeRandomness } from '@passfob/simulator/base/randomness';
import { expect, it } from 'vitest';
import { makeStillTime, RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage, scripts } from '../kit/register-script.ts';

const OFFSETS = {
  ...{ SR: 0x00, CR1: 0x04, CR2: 0x08, SMPR2: 0x10, HTR: 0x24, LTR: 0x28 },
  ...{ SQR1: 0x2c, SQR3: 0x34, DR: 0x4c, CCR: 0x304 },
};
const NAMES = {
  ...{ ADON: 1, CONT: 2, EOCS: 1 << 10, ALIGN: 1 << 11, SWSTART: 1 << 30 },
  ...{ AWD: 1, EOC: 2, OVR: 32, TSVREFE: 1 << 23, VBATE: 1 << 22, EOCIE: 1 << 5, SCAN: 1 << 8 },
};

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
  function converted(channel: unknown): number {
    play(stage, `SQR3 = ${channel}; CR2 |= SWSTART; 1000 us; SR has EOC`);
    return adc.read(OFFSETS.DR);
  }
  const stage: Stage = {
    registers: registersOf(adc, OFFSETS),
    names: NAMES,
    pass,
    shows: { converted, irq: irqOf(lines) },
    acts: {
      volts: (channel, value) => {
        volts[Number(channel)] = Number(value);
      },
    },
  };
  return { stage, converted };
}

const make = () => makeAdc().stage;

it.each([
  // SMP, ADCPRE, pclk2, µs: (sample + 12) × divider / pclk2 (RM0368 §11.5)
  [0, 0, 84e6, (3 + 12) / 42],
  [7, 0, 84e6, (480 + 12) / 42],
  [7, 3, 84e6, (480 + 12) / 10.5],
  [4, 1, 16e6, (84 + 12) / 4],
])(
  'a conversion takes its sample and twelve cycles: SMP %i, ADCPRE %i, APB2 at %i Hz',
  (smp, adcpre, pclk2, us) =>
    play(
      makeAdc({ pclk2 }).stage,
      `CR2 = ADON; SMPR2 = ${smp} << 9; CCR = ${adcpre} << 16; SQR3 = 3; CR2 |= SWSTART
     ${us - 0.02} us; SR lacks EOC; 0.04 us; SR has EOC`,
    ),
);

scripts('a conversion', make)`
  measures a pin against the supply in 4096 steps:
    CR2 = ADON; volts 5 1.65; converted 5 above 2040; converted 5 below 2056
    volts 5 5; converted 5 is 4095; volts 5 -1; converted 5 is 0

  is aligned to the left with ALIGN, at every resolution (RM0368 §11.4):
    volts 0 4; CR1 = 0 << 24
    CR2 = ADON; converted 0 is 0xfff; CR2 = ADON | ALIGN; converted 0 is 0xfff0; CR1 = 1 << 24
    CR2 = ADON; converted 0 is 0x3ff; CR2 = ADON | ALIGN; converted 0 is 0xffc0; CR1 = 2 << 24
    CR2 = ADON; converted 0 is 0xff; CR2 = ADON | ALIGN; converted 0 is 0xff00; CR1 = 3 << 24
    CR2 = ADON; converted 0 is 0x3f; CR2 = ADON | ALIGN; converted 0 is 0xfc

  does not start while the converter is off, and ends when it is turned off:
    CR2 = SWSTART; 1000 us; SR is 0; CR2 = ADON | SWSTART; CR2 &= ~ADON; 1000 us; SR lacks EOC

  clears EOC as its result is read, or as software writes 0 to it (RM0368 §11.12.1):
    CR2 = ADON; read converted 0; SR lacks EOC
    CR2 |= SWSTART; 1000 us; SR = ~EOC; SR lacks EOC; CR2 is ADON

  requests an interrupt at its end if EOCIE asks for one:
    CR1 = EOCIE; CR2 = ADON | SWSTART; 1000 us; irq is ADC; read DR; irq is nothing
`;

scripts('a sequence', make)`
  goes through its channels, with EOC after the last, or with EOCS after each (RM0368 §11.3.8):
    volts 1 4; CR1 = SCAN; SQR1 = 1 << 20; SQR3 = 2 | 1 << 5; CR2 = ADON | SWSTART
    0.4 us; SR lacks EOC; 0.4 us; SR has EOC; DR is 4095
    CR2 = ADON | EOCS | SWSTART; 0.4 us; SR has EOC; DR below 8

  stops with OVR where a result is not fetched before the next (RM0368 §11.8.2):
    CR2 = ADON | EOCS | CONT | SWSTART; 0.4 us; volts 0 4; 10 us; SR has OVR; DR below 8; 10 us; SR lacks EOC

  begins again with CONT:
    CR2 = ADON | CONT | SWSTART
    0.4 us; SR has EOC; read DR; 0.4 us; SR has EOC; read DR; 0.4 us; SR has EOC
`;

scripts('the analog watchdog', make)`
  reports a result beyond its thresholds, of one channel or of all (RM0368 §11.3.7):
    volts 1 2; volts 2 2; CR2 = ADON; HTR = 2000; read converted 1; SR lacks AWD
    CR1 = 1 << 23 | 1 << 9 | 1 << 6 | 2; read converted 1; SR lacks AWD
    HTR = 2600; read converted 2; SR lacks AWD; HTR = 2400; read converted 2; SR has AWD
    SR = 0; HTR = 2600; LTR = 2500; read converted 2; SR has AWD; irq is ADC
`;

it('an internal channel gives the reference and the temperature while the sensor is on (RM0368 §11.9)', () => {
  const { stage, converted } = makeAdc();
  play(stage, 'CR2 = ADON; converted 17 below 8; CCR = TSVREFE');
  const reference = converted(17);
  expect((reference / 4096) * 3.3).toBeCloseTo(1.21, 2);
  for (const channel of [16, 18]) {
    const volts = (converted(channel) * 1.21) / reference;
    expect(Math.abs((volts - 0.76) / 0.0025 + 25 - 35)).toBeLessThan(4);
  }
});

it('an internal channel gives a quarter of the battery with VBATE, before the temperature (RM0368 §11.10)', () => {
  const { stage, converted } = makeAdc();
  play(stage, 'CR2 = ADON; CCR = TSVREFE | VBATE');
  expect((converted(18) / 4096) * 3.3).toBeCloseTo(0.75, 2);
});

it('an internal channel has noise that is the same for a seed, differs between seeds, and stays within a few steps', () => {
  const readings = (seed: number) => {
    const { stage, converted } = makeAdc({ seed });
    play(stage, 'CR2 = ADON; CCR = TSVREFE');
    return Array.from({ length: 64 }, () => converted(17));
  };
  const first = readings(1);
  expect(readings(1)).toEqual(first);
  expect(readings(2)).not.toEqual(first);
  expect(new Set(first).size).toBeGreaterThan(2);
  expect(Math.max(...first) - Math.min(...first)).toBeLessThan(12);
});
