import { RTC_CR, RTC_ISR, type RtcRegister } from './rtc-registers.ts';

/** Writing these to WPR one after the other unlocks the registers; anything else locks them (RM0368 §17.3.5). */
const UNLOCK_KEYS = [0xca, 0x53] as const;

const ALL = -1;

/** Which bits of the RTC's registers software can write. */
export class RtcProtection {
  /** Keys of WPR written in order. */
  #keys = 0;

  /** RM0368 §17.6.10. A wrong key locks again. */
  writeKey(key: number): void {
    this.#keys = key === UNLOCK_KEYS[this.#keys] ? this.#keys + 1 : key === UNLOCK_KEYS[0] ? 1 : 0;
  }

  lock(): void {
    this.#keys = 0;
  }

  /**
   * Returns the bits that a write changes now (RM0368 §17.6.1 and following).
   * @param status ISR
   */
  writableBits(name: RtcRegister, status: number): number {
    const isUnlocked = this.#keys === UNLOCK_KEYS.length;
    if (name === 'TAFCR' || name.startsWith('BKP')) return ALL;
    if (name === 'ISR') return isUnlocked ? ALL : RTC_ISR.UNPROTECTED;
    return isUnlocked ? unlockedBits(name, status) : 0;
  }
}

function unlockedBits(name: RtcRegister, status: number): number {
  const allWith = (flags: number) => ((status & flags) === 0 ? 0 : ALL);
  switch (name) {
    case 'TR':
    case 'DR':
    case 'PRER':
    case 'CALIBR':
      return allWith(RTC_ISR.INITF);
    case 'ALRMAR':
    case 'ALRMASSR':
      return allWith(RTC_ISR.INITF | RTC_ISR.ALRAWF);
    case 'ALRMBR':
    case 'ALRMBSSR':
      return allWith(RTC_ISR.INITF | RTC_ISR.ALRBWF);
    case 'WUTR':
      return allWith(RTC_ISR.WUTWF);
    case 'CALR':
      return (status & RTC_ISR.RECALPF) === 0 ? ALL : 0;
    case 'CR': {
      const format = (status & RTC_ISR.INITF) === 0 ? RTC_CR.FMT | RTC_CR.REFCKON | RTC_CR.DCE : 0;
      return ~(format | ((status & RTC_ISR.WUTWF) === 0 ? RTC_CR.WUCKSEL : 0));
    }
    default:
      return 0;
  }
}
