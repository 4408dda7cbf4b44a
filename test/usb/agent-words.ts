/** What is said between the tests and the agent in the guest. */

export type DeviceKind = 'serial' | 'hid';

export type Command =
  /** Plugs in what a simulator on the host serves at this port. */
  | { readonly do: 'attach'; readonly port: number }
  /** Opens the first device of a kind by the host's transport, once it is there. */
  | { readonly do: 'open'; readonly channel: number; readonly kind: DeviceKind }
  | { readonly do: 'send'; readonly channel: number; readonly text: string }
  | { readonly do: 'close'; readonly channel: number }
  /** Waits until there is no device of a kind. */
  | { readonly do: 'gone'; readonly kind: DeviceKind }
  /** Opens a device by the package below the transport, and tells what that says when it goes. */
  | { readonly do: 'watch'; readonly channel: number; readonly kind: DeviceKind }
  /** Runs Node with these arguments. */
  | { readonly do: 'run'; readonly args: readonly string[] }
  | { readonly do: 'exit'; readonly code: number };

export type Event =
  | { readonly event: 'text'; readonly channel: number; readonly text: string }
  /** The kind of the error, or null where the channel was closed as asked. */
  | { readonly event: 'closed'; readonly channel: number; readonly kind: string | null }
  | { readonly event: 'watched'; readonly channel: number; readonly words: readonly string[] };

export type Answer = Event | { readonly id: number; readonly value?: unknown; readonly error?: string };
