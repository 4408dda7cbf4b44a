/**
 * HID over GATT as bluetoothd of BlueZ 5.66 and newer does it (profiles/input/hog-lib.c), upon the kernel's own uhid: a
 * watch that is bonded and connected. Runs inside the guest.
 */
import { type FileHandle, open } from 'node:fs/promises';

/** `enum uhid_event_type` (linux/uhid.h). */
const DESTROY = 1;
const START = 2;
const OUTPUT = 6;
const CREATE2 = 11;
const INPUT2 = 12;
/** Length of `struct uhid_event`, and places in its parts, after the type. */
const EVENT_BYTES = 4_380;
const DATA_BYTES = 4_096;
const UNIQ_AT = 4 + 128 + 64;
const DESCRIPTOR_SIZE_AT = UNIQ_AT + 64;
const BUS_AT = DESCRIPTOR_SIZE_AT + 2;
const DESCRIPTOR_AT = BUS_AT + 2 + 16;
const INPUT_AT = 4 + 2;
const OUTPUT_SIZE_AT = 4 + DATA_BYTES;
const BUS_BLUETOOTH = 5;
const NUMBERED_OUTPUT = 2;
/** Of both characteristics (targets/nrf5x/bluetooth.c, hids_init). */
const REPORT_REFERENCE_ID = 0;

export class BondedWatch {
  private readonly uhid: FileHandle;
  private isNumbered = false;
  private isGone = false;

  private constructor(uhid: FileHandle) {
    this.uhid = uhid;
  }

  /**
   * @param written called with each value that is written to the characteristic of the output report
   */
  static async connect(
    address: string,
    reportMap: readonly number[],
    written: (value: Uint8Array) => void,
  ): Promise<BondedWatch> {
    const watch = new BondedWatch(await open('/dev/uhid', 'r+'));
    const event = Buffer.alloc(DESCRIPTOR_AT + DATA_BYTES);
    event.writeUInt32LE(CREATE2);
    event.write('Bangle.js', 4, 'latin1');
    event.write(address, UNIQ_AT, 'latin1');
    event.writeUInt16LE(reportMap.length, DESCRIPTOR_SIZE_AT);
    event.writeUInt16LE(BUS_BLUETOOTH, BUS_AT);
    event.set(reportMap, DESCRIPTOR_AT);
    await watch.uhid.write(event);
    void watch.listen(written);
    return watch;
  }

  private async listen(written: (value: Uint8Array) => void): Promise<void> {
    const event = Buffer.alloc(EVENT_BYTES);
    while (!this.isGone) {
      await this.uhid.read(event, 0, EVENT_BYTES, null);
      const type = event.readUInt32LE();
      if (type === START) this.isNumbered = (event.readUInt32LE(4) & NUMBERED_OUTPUT) !== 0;
      if (type === OUTPUT) this.forward(event.subarray(4, 4 + event.readUInt16LE(OUTPUT_SIZE_AT)), written);
    }
  }

  /** forward_report: a numbered report is found by its id, and goes without it; another goes as it is. */
  private forward(data: Uint8Array, written: (value: Uint8Array) => void): void {
    if (!this.isNumbered) written(Uint8Array.from(data));
    else if (data[0] === REPORT_REFERENCE_ID) written(data.slice(1));
  }

  /** report_value_cb: with the id 0 of its Report Reference, a notification goes to the kernel as it is. */
  async notify(value: readonly number[]): Promise<void> {
    const event = Buffer.alloc(INPUT_AT + value.length);
    event.writeUInt32LE(INPUT2);
    event.writeUInt16LE(value.length, 4);
    event.set(value, INPUT_AT);
    await this.uhid.write(event);
  }

  async disconnect(): Promise<void> {
    this.isGone = true;
    const event = Buffer.alloc(4);
    event.writeUInt32LE(DESTROY);
    await this.uhid.write(event);
  }
}
