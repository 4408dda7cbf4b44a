import { Ds3231 } from '@passfob/simulator/board/chips/ds3231';
import { Region } from '@passfob/simulator/recording/state/memories';
import { memoryStore } from '@passfob/simulator/recording/state/stores';
import { it } from 'vitest';
import { play, type Stage, scripts } from '../emulator/kit/register-script.ts';

/** `write` takes a register and values; `at` shows so many registers from one on, in hexadecimal digits. */
function part(driftPpm = 0): Stage {
  const store = memoryStore();
  store.write(0, new Uint8Array(48));
  const kept = new Region(new Uint8Array(48), store, 0, 48);
  let nowUs = 1_767_225_600e6;
  const rtc = new Ds3231(kept, () => nowUs, driftPpm);
  rtc.loseTime();
  return {
    registers: {},
    names: { SECOND: 1e6, DAY: 86_400e6 },
    pass: us => {
      nowUs += us;
    },
    shows: {
      at: (register, count) => {
        rtc.write(Uint8Array.of(Number(register)));
        return Buffer.from(rtc.read(Number(count))).toString('hex');
      },
    },
    acts: {
      write: (register, ...values) => rtc.write(Uint8Array.from([register, ...values], Number)),
      off: () => rtc.powerOff(),
      on: () => rtc.powerOn(),
      die: () => rtc.loseTime(),
    },
  };
}

scripts('DS3231', part)`
  the DS3231 begins at 2000-01-01 with the oscillator-stop flag set:
    at 0 7 is 00000001010100; at 0x0f 1 is 88; at 0x11 2 is 1900

  the DS3231 counts in BCD across seconds, hours and the end of a year:
    write 0 0x58 0x59 0x23 4 0x31 0x12 0x25; 1.999 * SECOND us; at 0 3 is 595923
    0.001 * SECOND us; at 0 3 is 000000; at 4 3 is 010126

  the DS3231 clears the oscillator-stop flag when told to and cannot be made to set it:
    write 0x0f 0; at 0x0f 1 is 00; write 0x0f 0x88; at 0x0f 1 is 08

  the DS3231 knows leap years, and takes 2100 for one:
    write 0 0x59 0x59 0x23 1 0x28 0x02 0x24; SECOND us; at 4 2 is 2902
    write 0 0x59 0x59 0x23 1 0x28 0x02 0x25; SECOND us; at 4 2 is 0103
    write 0 0x59 0x59 0x23 1 0x28 0x82 0x00; SECOND us; at 4 2 is 2982

  the DS3231 sets the century bit on going from 2099 to 2100:
    write 0 0x59 0x59 0x23 1 0x31 0x12 0x99; SECOND us; at 4 3 is 018100

  the DS3231 continues on the battery, and stops there when the image asked for that:
    write 0x0f 0; write 0 0 0 0 1 1 1 0x26; off; 10 * SECOND us; on; at 0 1 is 10; at 0x0f 1 is 00
    write 0x0e 0x80; off; 10 * SECOND us; on; at 0 1 is 10; at 0x0f 1 is 80

  the DS3231 keeps all bits of its alarm registers, beside the time, until its battery dies:
    write 0x0f 0; write 0 0 0 0 1 1 1 0x26; write 7 255 254 253 252 251 250 249; off; 10 * SECOND us; on
    write 0 0 0 0 1 1 1 0x27; at 7 7 is fffefdfcfbfaf9; die; at 7 7 is 00000000000000
`;

it.each([
  // Aging offset, drift in ppm, and the registers after 100 days: 100 steps are 10 ppm, 86.4 s in 100 days.
  [0, 0, '000000'],
  [100, 0, '335823'],
  [-100, 0, '260100'],
  [0, 2, '170000'],
  [20, 2, '000000'],
])(
  'the DS3231 is slower by 0.1 ppm a step of the aging offset: %i, with a drift of %i ppm',
  (aging, ppm, time) =>
    play(part(ppm), `write 0x10 ${aging & 255}; write 0 0 0 0 1 1 1 0x26; 100 * DAY us; at 0 3 is ${time}`),
);
