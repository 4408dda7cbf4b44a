import { fromReport, toReports } from '@passfob/protocol/reports';
import type { UsbHid, Wire } from './base/fob.ts';
import type { BoardHardware } from './hardware.ts';

/** Frames over single HID reports as a stream of bytes. */
export function reportStream(reports: Wire): Wire {
  return {
    write(bytes) {
      for (const report of toReports(Buffer.from(bytes).toString('latin1'))) reports.write(report);
    },
    onData: listener =>
      reports.onData(report => listener(new Uint8Array(Buffer.from(fromReport(report) ?? '', 'latin1')))),
  };
}

interface Board {
  powered(): boolean;
  /** Does what comes from outside, and what follows of it. */
  change(work: () => void): void;
  receive(report: Uint8Array): void;
}

/** HID of a board for whoever plays its USB device. */
export function usbHid({ usb, facts, memories }: BoardHardware, board: Board): UsbHid {
  return {
    get reportDescriptor() {
      return usb.offered;
    },
    reportBytes: facts.hidReportBytes,
    takesReports: facts.link === 'HID',
    serialNumber: Buffer.from(memories.serial).toString('hex'),
    serve: computer => board.change(() => usb.serve(computer, board.powered())),
    configure: configured => board.change(() => usb.configure(configured)),
    write: report => board.change(() => board.receive(report)),
  };
}
