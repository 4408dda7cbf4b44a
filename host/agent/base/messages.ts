/**
 * What an agent and a service say to each other: JSON texts over a WebSocket, `GET /agent`, or in polls, `POST
 * /agent/poll` (`docs/agent.md`). The agent carries the bytes of the fobs that are plugged in; it holds no key, seed, PIN
 * or passcode, and what it carries it cannot read. Bytes in fields are base64url without padding.
 */

/** Why a fob cannot be reached now: another program has its port, nothing answers, or it was unplugged. */
export const UNREACHED = ['busy', 'silent', 'failed'] as const;
export type Unreached = (typeof UNREACHED)[number];

/** What an agent says. `fob` is a number that the agent gives out, never again on the same connection. */
export type AgentMessage =
  /** First: asks the service to prove itself. nonce: 32 bytes. */
  | { readonly type: 'open'; readonly version: 1; readonly nonce: string }
  /** A fob is there. serial: as it says itself; port: `serial`, `hid`, `tcp`. The port is open only while bytes flow. */
  | { readonly type: 'fob'; readonly fob: number; readonly serial: string; readonly port: string }
  | { readonly type: 'gone'; readonly fob: number }
  /** From the fob: characters 0 to 255. */
  | { readonly type: 'bytes'; readonly fob: number; readonly text: string }
  /** Its port could not be opened for the bytes that came, or was lost with them; the fob may still be there. */
  | { readonly type: 'unreached'; readonly fob: number; readonly why: Unreached }
  /** Still there. */
  | { readonly type: 'beat' };

/** What the service makes of a fob: its own and proved, another owner's, or its own but not proved now. */
export const FOB_OWNERSHIPS = ['own', 'other', 'unproved'] as const;
export type FobOwnership = (typeof FOB_OWNERSHIPS)[number];

/** What a person is told on their desktop. */
export const NOTICES = [
  /** A log-in waits for a press on the fob. */
  'request',
  /** It does, and the fob has to be unlocked by its PIN first. */
  'locked',
  /** It is over, whatever became of it. */
  'over',
] as const;
export type NoticeKind = (typeof NOTICES)[number];

/** What the service says. */
export type AgentServiceMessage =
  /** Answers `open`, as it does for relays (`host/activation/messages.ts`). name: what the service calls itself. */
  | {
      readonly type: 'identity';
      readonly key: string;
      readonly nonce: string;
      readonly signature: string;
      readonly name: string;
    }
  /** Answers `fob`, and again whenever it changes. */
  | { readonly type: 'standing'; readonly fob: number; readonly is: FobOwnership }
  /** For the fob: the agent opens its port where it is closed. */
  | { readonly type: 'bytes'; readonly fob: number; readonly text: string }
  /** The port is not needed any more. */
  | { readonly type: 'release'; readonly fob: number }
  | { readonly type: 'notice'; readonly fob: number; readonly kind: NoticeKind }
  /** Answers `beat`. */
  | { readonly type: 'beat' }
  /** It cannot go on. isFinal: trying again does not help. */
  | {
      readonly type: 'refused';
      readonly code: string;
      readonly text: string;
      readonly next: string;
      readonly isFinal: boolean;
    };

/** Body of `POST /agent/poll`. key: empty in the first poll, then as answered; numbers count from 0, so that none counts twice. */
export interface AgentPoll {
  readonly key: string;
  /** Of the first message in it. */
  readonly from: number;
  readonly messages: readonly AgentMessage[];
  /** How many of the service's messages have been taken: those are forgotten. */
  readonly taken: number;
}

/** The answer: at once where there is something to say, otherwise after `AGENT_POLL_MS`. */
export interface AgentPolled {
  /** A secret of this connection. */
  readonly key: string;
  /** How many of the agent's messages have been taken. */
  readonly taken: number;
  readonly from: number;
  readonly messages: readonly AgentServiceMessage[];
}
