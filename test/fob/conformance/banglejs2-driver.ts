import { SimulatorDriver, type SimulatorOptions } from './simulator-driver.ts';

const NEXT_KEY = 1;
const BACK_KEY = 3;
/** Native CCM prints this where a tag does not fit. It is no fault, and no console is there to read it. */
const TAG_REFUSED = 'ERROR: Authenticated decryption failed\n';

/** The banglejs2 image on the simulator. */
export class BangleDriver extends SimulatorDriver {
  override readonly hasShortRecords = false;
  /** From 2000 on: a clock that was never set begins at 1970. */
  override readonly utcMax = 2 ** 40 - 1;

  constructor(options: SimulatorOptions = {}) {
    super(options, 'banglejs2');
  }

  override async step(): Promise<void> {
    this.fob.press(NEXT_KEY);
  }

  override async back(): Promise<void> {
    this.fob.press(BACK_KEY);
  }

  /** Without power the watch has no clock. */
  override loseTime(): Promise<void> {
    return this.reboot();
  }

  override complaints(): string {
    return super.complaints().replaceAll(TAG_REFUSED, '');
  }
}
