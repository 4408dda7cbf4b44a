import type { UsbPacket, UsbSignal } from '@passfob/emulator/base/usb-port';
import { IRQ } from '@passfob/emulator/stm32f401/interrupts';
import { OtgFs } from '@passfob/emulator/stm32f401/usb/otg-fs';
import { TestClocks } from '../kit/usb/bench.ts';
import { OFFSET } from '../kit/usb/otg-driver.ts';
import { makeStillTime, RecordedLines, store } from './fixture.ts';

/** GCCFG: the transceiver is on, and senses VBUS. */
export const POWERED = (1 << 16) | (1 << 19);

/** A controller that a test reads, writes and sends tokens to; frames are numbered by the test. */
export function makeOtg({ waitTicks = 0 } = {}) {
  const { time, pass } = makeStillTime();
  const lines = new RecordedLines();
  const clocks = new TestClocks();
  const seen = { changes: 0, wakeups: 0, remoteWakeups: 0 };
  const otg = new OtgFs({ time, lines, clocks, waitTicks, wake: () => seen.wakeups++ });
  const host = {
    frame: 0,
    deviceChanged: () => {
      seen.changes++;
    },
    remoteWakeup: () => {
      seen.remoteWakeups++;
    },
  };
  otg.connect(host);
  const write = (offset: number, value: number) => store(otg, offset, value);
  const read = (offset: number) => otg.read(offset);
  return {
    otg,
    host,
    seen,
    time,
    pass,
    clocks,
    read,
    write,
    isRequested: () => lines.requested.has(IRQ.OTG_FS),
    /** Attaches it to a host that drives the lines. */
    attach(signal: UsbSignal = 'frames') {
      write(OFFSET.GCCFG, POWERED);
      otg.setVbus(true);
      otg.drive(signal);
    },
    /** Pops an entry of the receive FIFO. */
    pop() {
      const status = read(OFFSET.GRXSTSP);
      const count = (status >>> 4) & 0x7ff;
      const data: number[] = [];
      for (let at = 0; at < count; at += 4) data.push(read(OFFSET.FIFO));
      return { endpoint: status & 15, count, kind: (status >>> 17) & 15, data };
    },
  };
}

export function packet(toggle: 0 | 1, ...bytes: number[]): UsbPacket {
  return { toggle, bytes: Uint8Array.from(bytes) };
}
