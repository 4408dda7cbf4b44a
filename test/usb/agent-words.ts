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
  /** The kind of the error, or null where the channel was closed as asked. */
  | { readonly event: 'closed'; readonly channel: number; readonly kind: string | null };

export type Answer = Event | { readonly id: number; readonly value?: unknown; readonly error?: string };
