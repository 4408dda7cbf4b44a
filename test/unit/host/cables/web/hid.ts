import { fromReport, toReports } from '@passfob/protocol/reports';
import type { WebHid, WebHidDevice, WebHidReport } from 'passfob/transports/web-hid';
import { exception, type Wire } from './wire.ts';

type Listener<Event> = (event: Event) => void;

/** Stands in for the browser's WebHID where there is no device: `navigator.hid` with the two halves of a pico-hid. */
export class HidOfBrowser implements WebHid {
  readonly device: DeviceOfBrowser;
  /** The devices that the person chooses; undefined: the browser asks nobody. */
  chosen: WebHidDevice[] | undefined;
  private readonly listeners = new Set<Listener<{ readonly device: unknown }>>();

  constructor(wire: Wire) {
    this.device = new DeviceOfBrowser(wire);
    this.chosen = [this.device];
  }

  /** The devices chosen before; undefined: the page may use none. */
  granted: WebHidDevice[] | undefined = [];

  async getDevices(): Promise<WebHidDevice[]> {
    if (this.granted === undefined) throw exception('SecurityError');
    return this.granted;
  }

  async requestDevice(): Promise<WebHidDevice[]> {
    if (this.chosen === undefined) throw exception('SecurityError');
    this.granted?.push(...this.chosen);
    return this.chosen;
  }

  unplug(device: unknown = this.device): void {
    for (const listener of this.listeners) listener({ device });
  }

  addEventListener(_: 'disconnect', listener: Listener<{ readonly device: unknown }>): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'disconnect', listener: Listener<{ readonly device: unknown }>): void {
    this.listeners.delete(listener);
  }

  get heard(): number {
    return this.listeners.size;
  }
}

class DeviceOfBrowser implements WebHidDevice {
  opened = false;
  /** The error that `open` throws. */
  refusal: string | undefined;
  collections = [
    { usagePage: 1, usage: 6 },
    { usagePage: 0xff00, usage: 1 },
  ];
  /** Ids and lengths of the reports that were sent. */
  readonly sent: string[] = [];
  private readonly listeners = new Set<Listener<WebHidReport>>();
  private readonly wire: Wire;

  constructor(wire: Wire) {
    this.wire = wire;
    wire.onText(text => {
      // A key that the fob types meanwhile is in another report.
      this.report(1, new Uint8Array(8));
      for (const report of toReports(text)) this.report(2, report);
    });
  }

  private report(reportId: number, report: Uint8Array): void {
    const data = new DataView(report.buffer, report.byteOffset, report.byteLength);
    if (this.opened) for (const listener of this.listeners) listener({ reportId, data });
  }

  async open(): Promise<void> {
    if (this.refusal !== undefined) throw exception(this.refusal);
    this.opened = true;
  }

  async sendReport(reportId: number, data: Uint8Array): Promise<void> {
    if (!this.opened) throw exception('InvalidStateError');
    this.sent.push(`${reportId}:${data.length}`);
    this.wire.send(fromReport(data) ?? '');
  }

  async close(): Promise<void> {
    this.opened = false;
  }

  addEventListener(_: 'inputreport', listener: Listener<WebHidReport>): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'inputreport', listener: Listener<WebHidReport>): void {
    this.listeners.delete(listener);
  }

  get heard(): number {
    return this.listeners.size;
  }
}
