import type { Randomness } from '@passfob/simulator/for-emulator';
import { BasePeripheral, type Peripheral, type RP2040 } from 'rp2040js';

/** Registers of the SSI (RP2040 data sheet §4.10.13), at which the flash chip is. */
const SSI_AT = 0x18000;
const SSIENR = 0x08;
const SR = 0x28;
const DR0 = 0x60;
const SR_CAN_SEND = 0x06;
const SR_HAS_RECEIVED = 0x08;
/** Reads the unique number of a W25Q16: the command, four bytes of waiting, eight bytes (data sheet §8.2.27). */
const READ_UNIQUE_ID = 0x4b;
const DUMMY_BYTES = 4;
const ID_BYTES = 8;

/** The SSI of rp2040js with a flash chip that has a number of its own: it answers nothing but zeros. */
class NumberedFlash extends BasePeripheral {
  readonly #inner: Peripheral;
  readonly #id: Uint8Array;
  readonly #received: number[] = [];
  /** Bytes of the command that are to come. */
  #left = 0;

  constructor(chip: RP2040, inner: Peripheral, id: Uint8Array) {
    super(chip, 'SSI');
    this.#inner = inner;
    this.#id = id;
  }

  override readUint32(offset: number): number {
    if (offset === SR) return SR_CAN_SEND | (this.#received.length > 0 ? SR_HAS_RECEIVED : 0);
    return offset === DR0 ? (this.#received.shift() ?? 0) : this.#inner.readUint32(offset);
  }

  override writeUint32(offset: number, value: number): void {
    // The second stage of the boot leaves bytes that it does not read.
    if (offset === SSIENR) this.#received.length = 0;
    if (offset !== DR0) {
      this.#inner.writeUint32(offset, value);
      return;
    }
    const nth = ID_BYTES - this.#left;
    this.#received.push(this.#left > 0 && nth >= 0 ? (this.#id[nth] ?? 0) : 0);
    if (this.#left > 0) this.#left--;
    else if (value === READ_UNIQUE_ID) this.#left = DUMMY_BYTES + ID_BYTES;
  }
}

/** Registers of the ring oscillator (§2.17.8). */
const ROSC_AT = 0x40060;
const RANDOMBIT = 0x1c;

/** The ring oscillator, whose random bit is always 1 in rp2040js. */
class RingOscillator extends BasePeripheral {
  readonly #randomness: Randomness;

  constructor(chip: RP2040, randomness: Randomness) {
    super(chip, 'ROSC');
    this.#randomness = randomness;
  }

  override readUint32(offset: number): number {
    return offset === RANDOMBIT ? this.#randomness.below(2) : super.readUint32(offset);
  }
}

/** Registers of the watchdog (§4.7.6), which rp2040js exports no type of. */
const WATCHDOG_AT = 0x40058;
interface Watchdog extends Peripheral {
  onWatchdogTrigger(): void;
}

function isWatchdog(peripheral: Peripheral | undefined): peripheral is Watchdog {
  return peripheral !== undefined && 'onWatchdogTrigger' in peripheral;
}

/** What a board gives to the peripherals of its chip. */
export interface ChipSetting {
  /** The number of the flash chip, of eight bytes. */
  readonly flashId: Uint8Array;
  /** Of the ring oscillator. */
  readonly randomness: Randomness;
  /** The watchdog has fired, or the firmware has asked it to. Throws, to end the instruction. */
  onReset(): void;
}

/** Puts peripherals that rp2040js lacks, or has in part, into a chip. */
export function complete(chip: RP2040, setting: ChipSetting): void {
  const { [SSI_AT]: ssi, [WATCHDOG_AT]: watchdog } = chip.peripherals;
  if (ssi === undefined || !isWatchdog(watchdog)) throw new Error('this rp2040js has other peripherals');
  chip.peripherals[SSI_AT] = new NumberedFlash(chip, ssi, setting.flashId);
  chip.peripherals[ROSC_AT] = new RingOscillator(chip, setting.randomness);
  watchdog.onWatchdogTrigger = () => setting.onReset();
}
