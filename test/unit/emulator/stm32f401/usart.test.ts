import { Usart, type UsartOptions } from '@passfob/emulator/stm32f401/usart';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeStillTime, RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage, scripts } from '../kit/register-script.ts';
import { makeClocks } from './settable-clocks.ts';

const OFFSETS = { SR: 0x00, DR: 0x04, BRR: 0x08, CR1: 0x0c, CR2: 0x10 };
const [PS, PCE, M, OVER8] = [0x200, 0x400, 0x1000, 0x8000];
const NAMES = {
  ...{ PE: 1, ORE: 8, IDLE: 0x10, RXNE: 0x20, TC: 0x40, TXE: 0x80 },
  ...{ RE: 4, TE: 8, IDLEIE: 0x10, RXNEIE: 0x20, TCIE: 0x40, TXEIE: 0x80, UE: 0x2000, PS, PCE, M, OVER8 },
  // 10 bits at 115,200 baud, in µs.
  FRAME: 10 / 0.1152,
};

function makeUsart(name: UsartOptions['name'] = 'USART1') {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const { clocks, ...control } = makeClocks();
  const usart = new Usart({ name, time, lines, clocks });
  const sent: number[] = [];
  usart.onByte(data => sent.push(data));
  const stage: Stage = {
    registers: registersOf(usart, OFFSETS),
    names: NAMES,
    pass,
    shows: { irq: irqOf(lines), sent: () => sent.join(' ') },
    acts: {
      // 115,200 baud from 21 MHz, both directions on.
      begin: (flags = 0) => play(stage, `BRR = ${Math.round(21e6 / 115_200)}; CR1 = UE | TE | RE | ${flags}`),
      receive: (...bytes) => usart.receive(bytes.map(Number)),
      stop: () => control.stop(),
      start: () => control.start(),
      reset: () => usart.reset(),
    },
  };
  return { usart, sent, stage };
}

const make = () => makeUsart().stage;

scripts('the transmitter', make)`
  is empty and complete after a reset (RM0368 §19.6.1):
    SR is TXE | TC

  takes the next byte while one is on the wire, and is complete after the last (RM0368 §19.3.2):
    begin; DR = 0x41; SR is TXE | TC; DR = 0x42; SR is 0; FRAME - 1 us; sent is nothing; 2 us; sent is 65; SR is TXE
    FRAME us; sent is 65 66; SR is TXE | TC; SR = ~TC; SR is TXE

  replaces a byte that waits when software does not heed TXE:
    begin; DR = 1; DR = 2; DR = 3; 1000 us; sent is 1 3

  interrupts with TXEIE and TCIE (RM0368 §19.4):
    begin TXEIE; irq is USART1; DR = 1; DR = 2; irq is nothing; FRAME + 1 us; irq is USART1; CR1 &= ~TXEIE; irq is nothing
    read SR; DR = 3; CR1 |= TCIE; FRAME us; irq is nothing; FRAME + 1 us; irq is USART1

  sends what was written before it is on:
    begin; CR1 &= ~TE; DR = 5; 1000 us; sent is nothing; CR1 |= TE; FRAME + 1 us; sent is 5

  is not complete while a byte waits for it to be on:
    begin; read SR; DR = 1; DR = 2; CR1 &= ~TE; 1000 us; sent is 1; SR is 0

  stands still in STOP:
    begin; DR = 1; FRAME / 2 us; stop; 1000 us; sent is nothing; start; FRAME / 2 + 1 us; sent is 1
`;

it.each([
  ['8 data bits, 1 stop bit', 0, 0, 182, 10],
  ['9 data bits', M, 0, 182, 11],
  ['2 stop bits', 0, 2, 182, 11],
  ['half a stop bit', 0, 1, 182, 9.5],
  ['oversampling by 8: BRR has three bits of fraction', OVER8, 0, 0x16e, 10],
])('the transmitter needs %s for a frame (RM0368 §19.3.4)', (_format, flags, stop, brr, bits) =>
  play(
    make(),
    `BRR = ${brr}; CR2 = ${stop} << 12; CR1 = UE | TE | ${flags}; DR = 1
     ${bits} * 182 / 21 - 0.1 us; sent is nothing; 0.2 us; sent is 1`,
  ),
);

it.each([
  ['USART2', 42],
  ['USART6', 21],
] as const)('the transmitter of %s follows its clock of %i MHz', (name, megahertz) =>
  play(
    makeUsart(name).stage,
    `BRR = 1000; CR1 = UE | TE; DR = 1; 10_000 / ${megahertz} - 1 us; sent is nothing; 2 us; sent is 1`,
  ),
);

scripts('the receiver', make)`
  has a byte after a frame, interrupts with RXNEIE and gives it on a read of DR (RM0368 §19.3.3):
    begin RXNEIE; receive 0x55; FRAME - 1 us; irq is nothing; 2 us; irq is USART1; SR has RXNE
    DR is 0x55; SR lacks RXNE; irq is nothing

  gets what is sent in two pieces one after the other:
    begin; receive 1; FRAME / 2 us; receive 2; FRAME / 2 + 1 us; DR is 1; FRAME us; DR is 2

  keeps the old byte and loses the new one when software is late (RM0368 §19.3.3):
    begin RXNEIE; receive 1 2 3; 2 * FRAME + 2 us; SR has RXNE | ORE; DR is 1; SR lacks RXNE | ORE; irq is nothing
    FRAME us; DR is 3

  keeps ORE until software reads SR and then DR (RM0368 §19.6.1):
    begin; read SR; receive 1 2; 3 * FRAME us; read DR; SR has ORE; read DR; SR lacks ORE

  tells once by IDLE that nothing follows (RM0368 §19.6.1):
    begin IDLEIE; 1000 us; SR lacks IDLE; receive 1; FRAME + 1 us; irq is nothing; FRAME us; irq is USART1
    SR has IDLE; read DR; irq is nothing; 1000 us; SR lacks IDLE

  loses what arrives while it is off:
    begin; CR1 &= ~RE; receive 1; CR1 |= RE; 1000 us; SR lacks RXNE

  loses what arrives while it has no rate:
    CR1 = UE | RE; receive 1; BRR = 182; 1000 us; SR lacks RXNE

  loses what arrives while it stands in STOP:
    begin; receive 1 2 3; stop; 1000 us; start; 1000 us; SR lacks RXNE

  stops at a reset of the chip, which takes its request back:
    begin RXNEIE; receive 1 2; DR = 7; FRAME * 0.9 us; reset; 1000 us
    SR is TXE | TC; DR is 0; BRR is 0; CR1 is 0; irq is nothing; sent is nothing
`;

it('the receiver has a bound for what waits on the wire', () => {
  const { usart, stage } = makeUsart();
  play(stage, 'begin');
  usart.receive(new Uint8Array(200_000).fill(7));
  play(stage, '65_000 * FRAME us; SR lacks IDLE; 1_000 * FRAME us; SR has IDLE');
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
])(
  'the receiver gives data %i with format %i as %i, and the transmitter the data back',
  (data, format, held) => {
    const bits = ((format & M) === 0 ? 8 : 9) - ((format & PCE) === 0 ? 0 : 1);
    play(
      make(),
      `begin ${format}; receive ${data}; 2 * FRAME us; DR is ${held}; SR lacks PE
     DR = ${held}; 2 * FRAME us; sent is ${data & ((1 << bits) - 1)}`,
    );
  },
);

it('any bytes pass through software that reads in time', () =>
  fc.assert(
    fc.property(fc.array(fc.nat(255), { maxLength: 20 }), bytes => {
      const { usart, sent, stage } = makeUsart();
      play(stage, 'begin');
      usart.receive(bytes);
      play(stage, '5 us');
      for (let frame = 0; frame < bytes.length; frame += 1) {
        play(stage, 'FRAME us');
        play(stage, `DR = ${usart.read(OFFSETS.DR)}`);
      }
      play(stage, '5 * FRAME us');
      expect(sent).toEqual(bytes);
    }),
  ));
