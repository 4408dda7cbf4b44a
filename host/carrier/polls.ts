import type { RelaySays, ServiceSays } from './messages.ts';

/**
 * Body of `POST /carrier/poll`. key: empty in the first poll, then from the last answer. Messages are numbered from 0,
 * so that none is processed twice.
 */
export interface CarrierPoll {
  readonly key: string;
  /** Number of the first message in it. */
  readonly from: number;
  readonly messages: readonly RelaySays[];
  /** How many of the service's messages the relay has received; the service forgets those. */
  readonly taken: number;
}

/** The answer: at once if there is a message, otherwise after a while (long polling). */
export interface CarrierPolled {
  /** Identifies this connection. A secret. */
  readonly key: string;
  /** How many of the relay's messages the service has received. */
  readonly taken: number;
  readonly from: number;
  readonly messages: readonly ServiceSays[];
}
