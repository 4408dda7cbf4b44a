import { Rtc } from '@passfob/emulator/stm32f401/rtc';
import { makeStillTime } from '../kit/fixture.ts';
import { play, registersOf, type Stage } from '../kit/register-script.ts';
import { makeClocks } from './settable-clocks.ts';

const OFFSETS = {
  ...{ TR: 0x00, DR: 0x04, CR: 0x08, ISR: 0x0c, PRER: 0x10, WUTR: 0x14, ALRMAR: 0x1c, ALRMBR: 0x20 },
  ...{ WPR: 0x24, SSR: 0x28, CALR: 0x3c, TAFCR: 0x40, ALRMASSR: 0x44, BKP0R: 0x50, BKP19R: 0x9c },
};
const NAMES = {
  ...{ WUTWF: 4, INITS: 0x10, RSF: 0x20, INITF: 0x40, INIT: 0x80, ALRAF: 0x100, ALRBF: 0x200, WUTF: 0x400 },
  ...{ RECALPF: 1 << 16, BYPSHAD: 1 << 5, FMT: 1 << 6, ADD1H: 1 << 16, SUB1H: 1 << 17 },
  ...{ ALRAE: 0x100, ALRBE: 0x200, WUTE: 0x400, ALRAIE: 0x1000, ALRBIE: 0x2000, WUTIE: 0x4000 },
  ...{ MSK1: 0x80, MSK2: 0x8000, MSK3: 0x80_0000, MSK4: 0x8000_0000, EACH: 0x8080_8080 },
  // Two cycles of 32,768 Hz and a little.
  ...{ SECOND: 1e6, CYCLES: 62 },
};

/** The RTC, and scripts for what the firmware does with it. `calendar` is DR and TR as hexadecimal digits. */
export function makeRtc() {
  const { time, pass } = makeStillTime();
  const { clocks, ...control } = makeClocks();
  const edges: string[] = [];
  let isWritable = true;
  const rtc = new Rtc({
    time,
    clocks,
    exti: { edge: (line, isRising) => edges.push(`${line}${isRising ? '↑' : '↓'}`) },
    backupIsWritable: () => isWritable,
  });
  const digits = (value: number) => value.toString(16).padStart(6, '0');
  const stage: Stage = {
    registers: registersOf(rtc, OFFSETS),
    names: NAMES,
    pass,
    shows: {
      edges: () => edges.join(' '),
      calendar: () => {
        const tr = rtc.read(OFFSETS.TR);
        return `${digits(rtc.read(OFFSETS.DR))} ${digits(tr)}`;
      },
    },
    acts: {
      unlock: () => play(stage, 'WPR = 0xca; WPR = 0x53'),
      init: () => play(stage, 'ISR |= INIT; CYCLES us'),
      // As the firmware does: without the asynchronous prescaler. It starts four cycles later, and is copied after two.
      set: (tr, dr) =>
        play(stage, `unlock; init; PRER = 0x7fff; TR = ${tr}; DR = ${dr}; ISR &= ~INIT; 3 * CYCLES us`),
      clock: hertz => control.change({ rtcClock: Number(hertz) }),
      stop: () => control.stop(),
      start: () => control.start(),
      reset: () => rtc.reset(),
      resetBackup: () => rtc.resetBackupDomain(),
      protect: level => {
        isWritable = level !== 'on';
      },
    },
  };
  return { rtc, stage };
}
