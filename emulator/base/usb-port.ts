/** A handshake on the bus (USB 2.0 §8.4.5). `silent`: none within the bus turn-around time (§7.1.19). */
export type UsbHandshake = 'ack' | 'nak' | 'stall' | 'silent';

/** A data packet: DATA0 or DATA1 (USB 2.0 §8.4.4). */
export interface UsbPacket {
  readonly toggle: 0 | 1;
  /** At most as many as the endpoint's descriptor says. */
  readonly bytes: Uint8Array;
}

/**
 * The lines as the host drives them (USB 2.0 §7.1.7): idle without frames, a start of frame each millisecond, SE0 for a
 * reset, or K for a resume.
 */
export type UsbSignal = 'idle' | 'frames' | 'reset' | 'resume';

/**
 * A full-speed USB device as the port of a host sees it. Each transaction (token, data, handshake) happens at once; the
 * host spaces them in time. The lines have no errors: a packet that one side sends reaches the other.
 */
export interface UsbDevicePort {
  /** Whether the device pulls D+ up (USB 2.0 §7.1.5.1). */
  readonly isAttached: boolean;
  /** Whether the device has to be told of each start of frame as it comes. */
  readonly wantsFrames: boolean;
  /** Plugs the cable into `host`; called once, before all else. VBUS is still off. */
  connect(host: UsbHostPort): void;
  setVbus(isOn: boolean): void;
  drive(signal: UsbSignal): void;
  /** A frame starts; `UsbHostPort.frame` is its number. Only called while `wantsFrames`. */
  startOfFrame(): void;
  /** A SETUP transaction to endpoint 0 with the eight bytes of a request (USB 2.0 §9.3). */
  setup(address: number, request: Uint8Array): UsbHandshake;
  out(address: number, endpoint: number, packet: UsbPacket): UsbHandshake;
  /** Returns the packet, which the host acknowledges, or a handshake without one. */
  in(address: number, endpoint: number): UsbPacket | Exclude<UsbHandshake, 'ack'>;
}

/** A host as the device sees it. */
export interface UsbHostPort {
  /** Frames that have started since the host drove the lines with them. */
  readonly frame: number;
  /**
   * Called after the device changed `isAttached` or `wantsFrames`, or may answer a token that it refused with NAK. Spares
   * the host from polling a device that is not ready. The host must not start a transaction inside the call.
   */
  deviceChanged(): void;
  /** The device drives K: it asks a sleeping host to resume (USB 2.0 §7.1.7.7). */
  remoteWakeup(): void;
}
