/** What is said between the tests and the agent in the guest. */

export type DeviceKind = 'serial' | 'hid';

export type Command =
  /** Plugs in what a simulator on the host serves at this port. */
  | { readonly do: 'attach'; readonly port: number }
  /** Opens the first device of a kind by the host's transport, once it is there. */
  | { readonly do: 'open'; readonly channel: number; readonly kind: DeviceKind }
  | { readonly do: 'send'; readonly channel: number; readonly text: string }
  | { readonly do: 'close'; readonly channel: number }
  /** Waits until there is a device of a kind. */
  | { readonly do: 'appeared'; readonly kind: DeviceKind }
  /** Waits until there is no device of a kind. */
  | { readonly do: 'gone'; readonly kind: DeviceKind }
  /** Reads what a HID device without frames, a keyboard, says from now on, as the kernel hands it out. */
  | { readonly do: 'listen'; readonly channel: number }
  /** Runs Node with these arguments. */
  | { readonly do: 'run'; readonly args: readonly string[] }
  /** Starts Node with these arguments and answers with the first line that it says on standard error. */
  | { readonly do: 'start'; readonly args: readonly string[] }
  /** Writes a line to what was started, and answers with the next that it says on standard output. */
  | { readonly do: 'tell'; readonly line: string }
  /** Ends the standard input of what was started, and answers with its exit code. */
  | { readonly do: 'finish' }
  | { readonly do: 'exit'; readonly code: number };

export type Event =
  | { readonly event: 'text'; readonly channel: number; readonly text: string }
  | { readonly event: 'report'; readonly channel: number; readonly bytes: readonly number[] }
  /** The kind of the error, or null where the channel was closed as asked. */
  | { readonly event: 'closed'; readonly channel: number; readonly kind: string | null };

/** The end of a command; `kind` is that of the host's own errors. */
export interface Ended {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
  readonly kind?: string | undefined;
}

export type Answer = Event | Ended;
