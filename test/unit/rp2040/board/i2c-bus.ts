import type { I2cWires } from '@passfob/emulator/stm32f401/i2c-wires';
import { I2CMode, type RPI2C, type Simulator } from 'rp2040js';

/** A byte and its acknowledgement at 400 kHz. */
const BYTE_NANOS = 22_500;
const NANOS_PER_US = 1_000;
/** A bit of IC_RAW_INTR_STAT (RP2040 data sheet §4.3.17). */
const TX_EMPTY = 1 << 4;

/**
 * Has `TX_EMPTY` come when the last byte is acknowledged, or refused, as the SDK asks for (`TX_EMPTY_CTRL`, §4.3.17): rp2040js
 * sets it when the byte leaves the queue, so that the driver would not see that it is refused, and never after an abort.
 * @returns called when a byte is on the wires, and when it was there
 */
function withEmptyAfterBytes(controller: RPI2C): { sending(): void; sent(): void } {
  // Private in its types.
  const inner = controller as unknown as { setInterrupts(mask: number): void };
  const setInterrupts = inner.setInterrupts.bind(controller);
  let isSending = false;
  inner.setInterrupts = mask => setInterrupts(isSending ? mask & ~TX_EMPTY : mask);
  return {
    sending: () => {
      isSending = true;
    },
    sent: () => {
      isSending = false;
      setInterrupts(TX_EMPTY);
    },
  };
}

/** Connects a controller to wires. Bytes take their time, and a start waits until no part holds SDA. */
export function connectWires(controller: RPI2C, clock: Simulator['clock'], wires: I2cWires): void {
  const queue = withEmptyAfterBytes(controller);
  const later = (nanos: number, action: () => void) => clock.createAlarm(action).schedule(nanos);
  const startWhenFree = (): void => {
    if (wires.isHeld) later(BYTE_NANOS, startWhenFree);
    else later(NANOS_PER_US * wires.start(), () => controller.completeStart());
  };
  controller.onStart = startWhenFree;
  controller.onConnect = (address, mode) => {
    const isRead = mode === I2CMode.Read;
    // The driver of the RP2040 cannot miss the end of a read, the STM32's fault: this one shows as a missing acknowledgement.
    const isThere = wires.address(address, isRead) && !wires.missesEnd;
    if (!isThere) wires.abandon();
    later(BYTE_NANOS, () => {
      controller.completeConnect(isThere);
      if (!isThere) queue.sent();
    });
  };
  controller.onWriteByte = byte => {
    const isTaken = wires.write(byte);
    queue.sending();
    later(BYTE_NANOS, () => {
      controller.completeWrite(isTaken);
      queue.sent();
    });
  };
  controller.onReadByte = () => {
    const byte = wires.read();
    later(BYTE_NANOS, () => controller.completeRead(byte));
  };
  controller.onStop = () => {
    wires.stop();
    controller.completeStop();
  };
}
