import type { Clocks } from '@passfob/emulator/stm32f401/clocks';

type Frequencies = Omit<Clocks, 'onChange'>;

/** As the firmware of the board sets them. */
const RUNNING: Frequencies = {
  hclk: 84e6,
  pclk1: 42e6,
  pclk2: 21e6,
  timerClock1: 84e6,
  timerClock2: 42e6,
  usbClock: 48e6,
  rtcClock: 32768,
};

/** Clocks that a test changes. */
export function makeClocks() {
  const listeners: (() => void)[] = [];
  const clocks: { -readonly [Name in keyof Frequencies]: number } & Clocks = {
    ...RUNNING,
    onChange: listener => listeners.push(listener),
  };
  const change = (changes: Partial<Frequencies>) => {
    Object.assign(clocks, changes);
    for (const listener of listeners) listener();
  };
  return {
    clocks: clocks as Clocks,
    change,
    /** All stop but that of the RTC. */
    stop: () => change({ hclk: 0, pclk1: 0, pclk2: 0, timerClock1: 0, timerClock2: 0, usbClock: 0 }),
    start: () => change(RUNNING),
  };
}
