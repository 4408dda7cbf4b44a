/**
 * The messages between an agent and a service: JSON texts over a WebSocket, `GET /agent`, or in polls, `POST
 * /agent/poll` (`docs/agent.md`). The agent carries the bytes of the plugged-in fobs; it holds no key, seed, PIN or
 * passcode, and cannot read the bytes that it carries. Bytes in fields are base64url without padding.
 */

/** Why a fob cannot be reached now: another program has its port, nothing answers, or it was unplugged. */
export const UNREACHED = ['busy', 'silent', 'failed'] as const;
export type Unreached = (typeof UNREACHED)[number];

/** A message of an agent. The agent chooses the number `fob`, and never reuses it on the same connection. */
export type AgentMessage =
  /** First: asks the service to prove itself. nonce: 32 bytes. */
  | { readonly type: 'open'; readonly version: 1; readonly nonce: string }
  /**
   * A fob is plugged in. serial: as the fob reports it; port: `serial`, `hid`, `tcp`. The port is open only while
   * bytes flow.
   */
  | { readonly type: 'fob'; readonly fob: number; readonly serial: string; readonly port: string }
  | { readonly type: 'gone'; readonly fob: number }
  /** From the fob: characters 0 to 255. */
  | { readonly type: 'bytes'; readonly fob: number; readonly text: string }
  /** The fob's port could not be opened for the bytes, or was lost with them; the fob may still be there. */
  | { readonly type: 'unreached'; readonly fob: number; readonly why: Unreached }
  /** The agent is still running. */
  | { readonly type: 'beat' };

/** Who owns a fob, according to the service: itself, proved; another owner; itself, but not proved now. */
export const FOB_OWNERSHIPS = ['own', 'other', 'unproved'] as const;
export type FobOwnership = (typeof FOB_OWNERSHIPS)[number];

/** Notices to show on the desktop. */
export const NOTICES = [
  /** A log-in waits for approval on the fob. */
  'request',
  /** A log-in waits for approval, and the fob must be unlocked by its PIN first. */
  'locked',
  /** The log-in no longer waits, whatever the result. */
  'over',
] as const;
export type NoticeKind = (typeof NOTICES)[number];

/** A message of the service. */
export type AgentServiceMessage =
  /** Answers `open`, as for relays (`host/activation/messages.ts`). name: the name that the service gives itself. */
  | {
      readonly type: 'identity';
      readonly key: string;
      readonly nonce: string;
      readonly signature: string;
      readonly name: string;
    }
  /** Answers `fob`, and is sent again at each change. */
  | { readonly type: 'standing'; readonly fob: number; readonly is: FobOwnership }
  /** To the fob: the agent opens its port if it is closed. */
  | { readonly type: 'bytes'; readonly fob: number; readonly text: string }
  /** The service no longer needs the port. */
  | { readonly type: 'release'; readonly fob: number }
  | { readonly type: 'notice'; readonly fob: number; readonly kind: NoticeKind }
  /** Answers `beat`. */
  | { readonly type: 'beat' }
  /** The service ends the connection. isFinal: another attempt does not help. */
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly text: string;
      readonly next: string;
      readonly isFinal: boolean;
    };

/**
 * Body of `POST /agent/poll`. key: empty in the first poll, then from the last answer. Messages are numbered from 0,
 * so that none is processed twice.
 */
export interface AgentPoll {
  readonly key: string;
  /** Number of the first message in it. */
  readonly from: number;
  readonly messages: readonly AgentMessage[];
  /** How many of the service's messages the agent has received; the service forgets those. */
  readonly taken: number;
}

/** The answer: at once if there is a message, otherwise after `AGENT_POLL_MS`. */
export interface AgentPolled {
  /** Identifies this connection. A secret. */
  readonly key: string;
  /** How many of the agent's messages the service has received. */
  readonly taken: number;
  readonly from: number;
  readonly messages: readonly AgentServiceMessage[];
}
