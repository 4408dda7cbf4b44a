import { EXTI_LINE, Exti } from '@passfob/emulator/stm32f401/exti';
import { Gpio } from '@passfob/emulator/stm32f401/gpio';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import type { PinPort } from '@passfob/emulator/stm32f401/pin-ports';
import { Syscfg } from '@passfob/emulator/stm32f401/syscfg';
import { expect, it } from 'vitest';
import { RecordedLines } from '../kit/fixture.ts';
import { irqOf, play, registersOf, type Stage, scripts } from '../kit/register-script.ts';

function makePins(): Stage {
  const lines = new RecordedLines();
  const syscfg = new Syscfg();
  const exti = new Exti({ lines, portOf: line => syscfg.portOf(line) });
  const gpio = new Gpio((port, pin, isHigh) => exti.pin(port, pin, isHigh));
  const wakes: string[] = [];
  exti.onWake((line, kind) => wakes.push(`${line} ${kind}`));
  return {
    registers: {
      ...registersOf(exti, { IMR: 0, EMR: 4, RTSR: 8, FTSR: 0x0c, SWIER: 0x10, PR: 0x14 }),
      ...registersOf(syscfg, { EXTICR1: 8, EXTICR4: 0x14, CMPCR: 0x20 }),
    },
    shows: {
      irq: irqOf(lines),
      wakes: () => wakes.join(', '),
      ports: () => [0, 1, 2, 3, 4].map(line => syscfg.portOf(line) ?? '-').join(''),
    },
    acts: {
      pin: (port, pin, level) => gpio.drive(port as PinPort, Number(pin), level === 'high'),
      edge: (line, direction) => exti.edge(Number(line), direction !== 'falling'),
      reset: () => exti.reset(),
    },
  };
}

scripts('an edge at a pin', makePins)`
  requests the interrupt of its line if the rising edge is selected (RM0368 §10.2.4):
    EXTICR4 |= 2 << 4; RTSR |= 1 << 13; IMR |= 1 << 13
    pin C 13 low; PR is 0; pin C 13 high; PR is 1 << 13; irq is EXTI15_10

  requests the interrupt of its line if the falling edge is selected (RM0368 §10.2.4):
    EXTICR4 |= 2 << 4; FTSR |= 1 << 13; IMR |= 1 << 13
    pin C 13 high; PR is 0; pin C 13 low; PR is 1 << 13; irq is EXTI15_10

  counts only from the port that SYSCFG_EXTICR selects (RM0368 §7.2.3):
    RTSR |= 1; pin B 0 high; PR is 0; EXTICR1 = 1; pin B 0 low; pin B 0 high; pin A 0 high; PR is 1

  stays pending without a request while its line is masked:
    RTSR = 1 << 5; edge 5; PR is 1 << 5; irq is nothing; IMR = 1 << 5; irq is EXTI9_5
`;

it.each([
  ...[0, 1, 2, 3, 4].map(line => [line, IRQ.EXTI0 + line]),
  ...[5, 6, 7, 8, 9].map(line => [line, IRQ.EXTI9_5]),
  ...[10, 11, 12, 13, 14, 15].map(line => [line, IRQ.EXTI15_10]),
  [EXTI_LINE.PVD, 1],
  [EXTI_LINE.RTC_ALARM, 41],
  [EXTI_LINE.OTG_FS_WAKE_UP, 42],
  [EXTI_LINE.RTC_TAMPER, 2],
  [EXTI_LINE.RTC_WAKE_UP, 3],
])('requests of EXTI go from line %i to interrupt %i (RM0368 §10.2, table 38)', (line, irq) => {
  const lines = new RecordedLines();
  const exti = new Exti({ lines, portOf: () => undefined });
  const registers = registersOf(exti, { IMR: 0, RTSR: 8, PR: 0x14 });
  play({ registers }, 'IMR = 0x7fffff; RTSR = 0x7fffff');
  exti.edge(line ?? 0, true);
  expect([...lines.requested]).toEqual([irq]);
  play({ registers }, `PR = 1 << ${line}`);
  expect(lines.requested.size).toBe(0);
});

scripts('the requests of EXTI', makePins)`
  last while any line of a shared interrupt is pending:
    IMR = 0xffff; RTSR = 0xffff; edge 10; edge 13; PR = 1 << 10; irq is EXTI15_10; PR = 1 << 13; irq is nothing

  have no lines 19 and 20 on this chip (RM0368 §10.3.1):
    IMR = 0xffffffff; IMR is 0x67ffff

  are cleared by bits written as 1 and, by half-words, no others (RM0368 §10.3.6):
    RTSR = 0xffff; edge 0; edge 9; PR = 0; PR is 0x201; PR.low = 0x200; PR is 1

  are all cleared by a load and a store of what was loaded, as through the bit-band alias of PR:
    RTSR = 0xffff; edge 0; edge 9; PR |= 1; PR is 0

  are set by software where the interrupt is enabled, until they are cleared (RM0368 §10.3.5):
    SWIER = 1; PR is 0; IMR = 3; SWIER = 3; PR is 2; irq is EXTI1
    PR = 2; SWIER is 1; SWIER |= 2; PR is 2
`;

scripts('a wake-up', makePins)`
  comes from an unmasked interrupt or event, and from no other edge (RM0368 §10.2.3):
    RTSR = 0x400003; edge 0; EMR = 2; edge 1; IMR = 0x400000; edge 22 falling; edge 22
    wakes is 1 event, 22 interrupt

  does not come after a reset, which clears masks and requests:
    RTSR = 1; IMR = 1; edge 0; reset; irq is nothing; edge 0; wakes is 0 interrupt
`;

scripts('SYSCFG', makePins)`
  selects a port for each line by four bits:
    EXTICR1 = 0x7421; ports is BCEHA; EXTICR1 = 0x7425; ports is -CEHA

  has its compensation cell ready once it is on:
    CMPCR is 0; CMPCR = 1; CMPCR is 0x101
`;
