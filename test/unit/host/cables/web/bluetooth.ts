import type {
  WebBluetooth,
  WebBluetoothCharacteristic,
  WebBluetoothDevice,
  WebBluetoothServer,
  WebBluetoothValue,
} from 'passfob/transports/web-bluetooth';
import { bytesOf, exception, textOf, type Wire } from './wire.ts';

type Listener = (event: unknown) => void;
const NOTIFIED_BYTES = 20;

/** Stands in for `navigator.bluetooth` where the browser has none: a watch whose far end is a wire. */
export class BluetoothOfBrowser implements WebBluetooth {
  readonly watch: WatchOfBrowser;
  /** The person's refusal; undefined: the person chooses the watch. */
  refusal: string | undefined;
  asked: Parameters<WebBluetooth['requestDevice']>[0] | undefined;

  constructor(wire: Wire) {
    this.watch = new WatchOfBrowser(wire);
  }

  async requestDevice(options: Parameters<WebBluetooth['requestDevice']>[0]): Promise<WebBluetoothDevice> {
    this.asked = options;
    if (this.refusal !== undefined) throw exception(this.refusal);
    return this.watch;
  }
}

class WatchOfBrowser implements WebBluetoothDevice {
  readonly gatt: WebBluetoothServer;
  /** The error of the step at which connecting fails. */
  readonly refusals: { connect?: string; service?: string; notify?: string } = {};
  /** Whether `connect` never ends. */
  isFar = false;
  /** Lengths of the values that were written. */
  readonly written: number[] = [];
  private connected = false;
  private isNotifying = false;
  private readonly listeners = new Set<Listener>();
  private readonly fromFob = new Characteristic();

  constructor(wire: Wire) {
    const { refusals, written, fromFob } = this;
    wire.onText(text => {
      const bytes = bytesOf(text);
      for (let at = 0; this.isNotifying && at < bytes.length; at += NOTIFIED_BYTES)
        fromFob.notify(bytes.slice(at, at + NOTIFIED_BYTES));
    });
    const toFob = new Characteristic(bytes => {
      if (!this.connected) throw exception('NetworkError');
      written.push(bytes.length);
      wire.send(textOf(bytes));
    });
    fromFob.start = () => {
      if (refusals.notify !== undefined) throw exception(refusals.notify);
      this.isNotifying = true;
    };
    const isConnected = () => this.connected;
    this.gatt = {
      get connected() {
        return isConnected();
      },
      connect: async () => {
        if (refusals.connect !== undefined) throw exception(refusals.connect);
        if (this.isFar) await new Promise(() => {});
        this.connected = true;
      },
      disconnect: () => {
        this.connected = false;
        this.isNotifying = false;
      },
      getPrimaryService: async () => {
        if (refusals.service !== undefined) throw exception(refusals.service);
        return { getCharacteristic: async (uuid: string) => (uuid.startsWith('6e400002') ? toFob : fromFob) };
      },
    };
  }

  leave(): void {
    this.gatt.disconnect();
    for (const listener of this.listeners) listener({});
  }

  addEventListener(_: 'gattserverdisconnected', listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'gattserverdisconnected', listener: Listener): void {
    this.listeners.delete(listener);
  }

  get heard(): number {
    return this.listeners.size + this.fromFob.heard;
  }
}

class Characteristic implements WebBluetoothCharacteristic {
  value: WebBluetoothValue | undefined;
  start: () => void = () => {};
  private readonly take: (bytes: Uint8Array) => void;
  private readonly listeners = new Set<Listener>();

  constructor(take: (bytes: Uint8Array) => void = () => {}) {
    this.take = take;
  }

  notify(bytes: Uint8Array): void {
    this.value = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (const listener of this.listeners) listener({});
  }

  async startNotifications(): Promise<void> {
    this.start();
  }

  async writeValueWithoutResponse(bytes: Uint8Array): Promise<void> {
    this.take(bytes);
  }

  addEventListener(_: 'characteristicvaluechanged', listener: Listener): void {
    this.listeners.add(listener);
  }

  removeEventListener(_: 'characteristicvaluechanged', listener: Listener): void {
    this.listeners.delete(listener);
  }

  get heard(): number {
    return this.listeners.size;
  }
}
