import type { I2cWires } from '@passfob/emulator/stm32f401/i2c-wires';
import { I2CMode, type RPI2C, type Simulator } from 'rp2040js';

/** A byte and its acknowledgement at 400 kHz. */
const BYTE_NANOS = 22_500;
const NANOS_PER_US = 1_000;
/** A bit of IC_RAW_INTR_STAT (RP2040 data sheet §4.3.17). */
const TX_EMPTY = 1 << 4;

/** An abort empties the queue, which rp2040js does not say: the driver would wait for it until its time is up. */
function tellAbort(controller: RPI2C): void {
  controller.intRaw |= TX_EMPTY;
}

/** Connects a controller to wires. Bytes take their time, and a start waits until no part holds SDA. */
export function connectWires(controller: RPI2C, clock: Simulator['clock'], wires: I2cWires): void {
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
      if (!isThere) tellAbort(controller);
    });
  };
  controller.onWriteByte = byte => {
    const isTaken = wires.write(byte);
    later(BYTE_NANOS, () => {
      controller.completeWrite(isTaken);
      if (!isTaken) tellAbort(controller);
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
