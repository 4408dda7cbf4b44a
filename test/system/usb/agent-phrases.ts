/** The messages between the tests and the agent in the guest. */

export type DeviceKind = 'serial' | 'hid';

export type Command =
  /** Plugs in the device that a simulator on the host serves at this port. */
  | { readonly do: 'attach'; readonly port: number }
  /** Opens the first device of a kind by the host's transport, once it is there. */
  | { readonly do: 'open'; readonly channel: number; readonly kind: DeviceKind }
  | { readonly do: 'send'; readonly channel: number; readonly text: string }
  | { readonly do: 'close'; readonly channel: number }
  /** Waits until there is a device of a kind. */
  | { readonly do: 'appeared'; readonly kind: DeviceKind }
  /** Waits until there is no device of a kind. */
  | { readonly do: 'gone'; readonly kind: DeviceKind }
  /** Reads the reports of a HID device without frames, a keyboard, from now on, as the kernel delivers them. */
  | { readonly do: 'listen'; readonly channel: number }
  /** Runs Node with these arguments. */
  | { readonly do: 'run'; readonly args: readonly string[] }
  /** Starts a program that keeps running; its output comes as events. */
  | { readonly do: 'start'; readonly program: number; readonly command: readonly string[] }
  /** Writes to the standard input of a program; null ends it. */
  | { readonly do: 'tell'; readonly program: number; readonly text: string | null }
  | { readonly do: 'kill'; readonly program: number }
  /** Writes a file into the guest's memory layer, and makes the folders above it. */
  | { readonly do: 'write'; readonly path: string; readonly text: string }
  /** Leads a port of the guest's loopback to the same port of the outer machine. */
  | { readonly do: 'lead'; readonly port: number }
  /** Connects a port of the guest's loopback with a port of the outer machine. */
  | { readonly do: 'join'; readonly port: number; readonly outside: number }
  /** Connects a watch with this report map that the system has bonded, in place of bluetoothd. */
  | { readonly do: 'bond'; readonly address: string; readonly reportMap: readonly number[] }
  /** The watch notifies this value of its input report. */
  | { readonly do: 'notify'; readonly bytes: readonly number[] }
  | { readonly do: 'unbond' }
  | { readonly do: 'exit'; readonly code: number };

export type Event =
  | { readonly event: 'text'; readonly channel: number; readonly text: string }
  | { readonly event: 'report'; readonly channel: number; readonly bytes: readonly number[] }
  /** A value for the output report of the bonded watch. */
  | { readonly event: 'written'; readonly bytes: readonly number[] }
  | {
      readonly event: 'said';
      readonly program: number;
      readonly stream: 'out' | 'err';
      readonly text: string;
    }
  | { readonly event: 'ended'; readonly program: number; readonly code: number | null }
  /** The kind of the error, or null where the channel was closed on request. */
  | { readonly event: 'closed'; readonly channel: number; readonly kind: string | null };

/** The end of a command; `kind` is that of the host's own errors. */
export interface Ended {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly kind?: string | undefined;
}

export type Answer = Event | Ended;
