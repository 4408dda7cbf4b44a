import { addNewest, type HidReport, hasIds, KEYBOARD_REPORTS_MAX } from '@passfob/simulator/for-emulator';

/** The reports that a board typed as a USB keyboard: all, or the newest ones where they are very many. */
export class TypedReports {
  readonly all: HidReport[] = [];

  /**
   * @param report as the endpoint carried it
   * @param descriptor of the board's reports
   * @returns the bytes of the report, without its id
   */
  add(atMs: number, report: Uint8Array, descriptor: Uint8Array | undefined): number {
    const bytes = descriptor && hasIds(descriptor) ? report.subarray(1) : report;
    addNewest(this.all, { atMs, bytes }, KEYBOARD_REPORTS_MAX);
    return bytes.length;
  }
}
