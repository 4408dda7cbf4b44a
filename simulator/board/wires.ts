import { fromReport, toReports } from '@passfob/protocol/reports';
import { bytesOfText, hexOf, textOf } from '../base/bytes.ts';
import { checkBytes } from '../base/bytes-given.ts';
import type { UsbHid, Wire } from '../base/fob.ts';
import type { CableClock } from '../faults/wire.ts';
import type { EventLoop } from './event-loop.ts';
import type { BoardHardware } from './hardware.ts';
import type { Microcontroller } from './microcontroller.ts';
import type { Signals } from './signals.ts';
import type { LinkName } from './wiring/wiring.ts';

interface WireParts {
  readonly board: BoardHardware;
  readonly microcontroller: Microcontroller;
  readonly signals: Signals;
  readonly loop: EventLoop;
}

/** Returns the wire of a port, or of single HID reports. */
export function wireOf({ microcontroller, signals, loop }: WireParts, port: LinkName): Wire {
  return {
    write: bytes => {
      checkBytes(bytes, `what is written to ${port}`);
      loop.change(() => {
        signals.passed(port, 'in', bytes);
        microcontroller.receive(port, bytes);
      });
    },
    onData: listener => signals.listeners.onData(port, listener),
  };
}

/** Returns a byte stream of frames over single HID reports. */
function reportStream(reports: Wire): Wire {
  return {
    write(bytes) {
      for (const report of toReports(textOf(bytes))) reports.write(report);
    },
    onData: listener => reports.onData(report => listener(bytesOfText(fromReport(report) ?? ''))),
  };
}

/** Returns the wire that carries frames, as a stream of bytes. */
export function linkOf(parts: WireParts): Wire {
  const { link } = parts.board.facts;
  const wire = wireOf(parts, link);
  return link === 'HID' ? reportStream(wire) : wire;
}

/** Returns HID of a board for a front that acts as its USB device. */
export function usbHidOf({ board, microcontroller, signals, loop }: WireParts): UsbHid {
  const { usb, facts, memories } = board;
  return {
    get reportDescriptor() {
      return usb.offered;
    },
    reportBytes: facts.hidReportBytes,
    takesReports: facts.link === 'HID',
    serialNumber: hexOf(memories.serial.subarray(0, facts.serialBytes)),
    serve: computer => loop.change(() => usb.serve(computer, microcontroller.powered)),
    configure: configured => loop.change(() => usb.configure(configured)),
    write: report =>
      loop.change(() => {
        // The endpoint carries the report's id in front.
        signals.passed('HID', 'in', report.subarray(1));
        microcontroller.receiveReport(report);
      }),
  };
}

/** Returns the time of the cable at the board's port, which needs no power. */
export function cableClockOf({ board, loop }: WireParts): CableClock {
  const { scheduler } = board;
  return {
    nowUs: () => {
      loop.follow();
      return scheduler.nowUs;
    },
    at: (dueUs, run) => {
      scheduler.at(dueUs, run, true);
      loop.react();
    },
  };
}
