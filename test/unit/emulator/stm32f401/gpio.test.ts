import { Gpio } from '@passfob/emulator/stm32f401/gpio';
import { registersOf, type Stage, scripts } from '../kit/register-script.ts';

const OFFSETS = {
  ...{ MODER: 0x00, OTYPER: 0x04, OSPEEDR: 0x08, PUPDR: 0x0c, IDR: 0x10, ODR: 0x14 },
  ...{ BSRR: 0x18, LCKR: 0x1c, AFRL: 0x20, AFRH: 0x24 },
};
const KEY = 1 << 16;
const PINS = (1 << 2) | (1 << 9);

/** Registers of port B have plain names, those of A and C one in front. */
function makeGpio(): Stage {
  const inputs: string[] = [];
  const wires: string[] = [];
  const gpio = new Gpio((port, pin, isHigh) => inputs.push(`${port}${pin} ${isHigh ? 'high' : 'low'}`));
  gpio.onChange((port, pin, isHigh) => wires.push(`${port}${pin} ${isHigh ? 'high' : 'low'}`));
  const { A, B, C } = gpio.ports;
  const named = (letter: string) =>
    Object.fromEntries(Object.entries(OFFSETS).map(([name, offset]) => [letter + name, offset]));
  const port = (name: unknown) => name as keyof typeof gpio.ports;
  return {
    registers: { ...registersOf(B, OFFSETS), ...registersOf(A, named('A_')), ...registersOf(C, named('C_')) },
    names: { KEY, PINS, P13: 1 << 13, ALL: 0xffff_ffff },
    shows: {
      level: (name, pin) => gpio.level(port(name), Number(pin)),
      output: (name, pin) => gpio.output(port(name), Number(pin)),
      alternate: (name, pin) => gpio.alternate(port(name), Number(pin)),
      inputs: () => inputs.join(', '),
      wires: () => wires.join(', '),
    },
    acts: {
      drive: (name, pin, level) =>
        gpio.drive(port(name), Number(pin), level === 'open' ? undefined : level === 'high'),
      reset: () => B.reset(),
    },
  };
}

scripts('a pin after a reset', makeGpio)`
  is an input, apart from those of the debugger, which have pulls: PA13 and PA15 up, PA14 down (RM0368 §8.3.1):
    A_MODER is 0xa8000000; A_OSPEEDR is 0x0c000000; A_PUPDR is 0x64000000
    MODER is 0x280; OSPEEDR is 0xc0; PUPDR is 0x100; C_MODER is 0; C_OSPEEDR is 0; C_PUPDR is 0
    level A 13 is true; level A 14 is false; level A 15 is true; alternate A 13 is 0

  is one again when the port is reset:
    MODER = 1 << 4; ODR = 1 << 2; output B 2 is true; reset; output B 2 is undefined; ODR is 0
`;

scripts('an output', makeGpio)`
  shows ODR on the wire and in IDR, whatever the outside applies:
    MODER = 1 << 4; drive B 2 low; ODR = 1 << 2; level B 2 is true; IDR is 1 << 2 | 1 << 4; wires is B2 high

  with an open drain pulls to 0 and leaves 1 to the pull or the outside (RM0368 §8.3.10):
    MODER = 1 << 12; OTYPER = 1 << 6; PUPDR = 1 << 12; level B 6 is false
    ODR = 1 << 6; output B 6 is undefined; level B 6 is true
    drive B 6 low; IDR lacks 1 << 6; drive B 6 open; IDR has 1 << 6

  is set and reset by BSRR, by half-words too, and set wins (RM0368 §8.4.7):
    BSRR = 14; BSRR = 6 << 16 | 2; ODR is 10; BSRR.high = 8; BSRR.low = 1; ODR is 3; BSRR is 0
`;

scripts('an input', makeGpio)`
  reads what drives it, else its pull, else the last level:
    C_IDR lacks P13; drive C 13 high; C_IDR has P13; drive C 13 open; C_IDR has P13
    C_PUPDR = 2 << 26; C_IDR lacks P13; drive C 13 high; C_IDR has P13
    C_PUPDR = 1 << 26; drive C 13 low; C_IDR lacks P13; drive C 13 open; C_IDR has P13

  reports each change of its level once:
    drive C 13 high; drive C 13 high; drive C 13 low; inputs is C13 high, C13 low

  reads as 0 while it is analog (RM0368 §8.3.12):
    C_MODER = 3 << 26; drive C 13 high; C_IDR is 0; level C 13 is true; inputs is nothing

  ignores writes to IDR:
    C_IDR = 0xffff; C_IDR is 0

  has the alternate function that AFRL tells for pins up to 7 and AFRH above:
    MODER = 2 << 12 | 2 << 18; AFRL = 4 << 24; AFRH = 9 << 4
    alternate B 6 is 4; alternate B 9 is 9; alternate B 7 is undefined
`;

scripts('the lock', makeGpio)`
  freezes the configuration of its pins until a reset (RM0368 §8.3.6):
    LCKR = KEY | PINS; LCKR = PINS; LCKR = KEY | PINS; LCKR is KEY | PINS
    MODER = ALL; OTYPER = ALL; AFRL = ALL; AFRH = ALL
    MODER is 0xfff3ffcf; OTYPER is 0xfdfb; AFRL is 0xfffff0ff; AFRH is 0xffffff0f
    ODR |= 1 << 2; ODR is 1 << 2; reset; MODER = ALL; MODER is ALL

  stays open where the key is not 1, 0, 1:
    LCKR = KEY | PINS; LCKR = KEY | PINS; LCKR = KEY | PINS; LCKR lacks KEY; MODER = 0; MODER is 0

  stays open where the key is never 1:
    LCKR = PINS; LCKR = PINS; LCKR = PINS; LCKR lacks KEY; MODER = 0; MODER is 0

  stays open where the pins differ:
    LCKR = KEY | PINS; LCKR = PINS; LCKR = KEY | 1; LCKR lacks KEY; MODER = 0; MODER is 0

  stays open where a write is left out:
    LCKR = PINS; LCKR = KEY | PINS; LCKR lacks KEY; MODER = 0; MODER is 0
`;
