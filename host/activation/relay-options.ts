import type { Said } from '../carrier/messages.ts';
import { FobError } from '../errors.ts';
import type { Transport } from '../transports/transport.ts';
import type { Activation } from './activation-string.ts';
import type { ServiceSocket } from './socket.ts';

/** An event to show. Never contains a secret. */
export type RelayEvent =
  | { readonly event: 'connecting'; readonly service: string }
  /** The service has proved itself and accepted the code. */
  | ({
      readonly event: 'entered' /** The expected fob; null for any. */;
      readonly serial: string | null;
    } & Omit<Said<'entered'>, 'serial'>)
  | ({ readonly event: 'step' } & Said<'step'>)
  /** The connection is lost; it is opened again after `againMs`. */
  | { readonly event: 'lost'; readonly againMs: number };

/** An open fob and the kind of its port: `serial`, `hid`, `bluetooth`, `tcp`. */
export interface OpenedFob {
  readonly transport: Transport;
  readonly port: string;
}

/** The environment that a relay needs. */
export interface RelayOptions {
  readonly activation: Activation;
  /**
   * Opens a WebSocket. @throws FobError `service-silent` if another attempt may help, `certificate` if none does, with
   * `details.status` 404 if the service has no such path, `cancelled`
   */
  readonly openSocket: (url: string, signal: AbortSignal) => Promise<ServiceSocket>;
  /**
   * Opens the fob, or waits until there is one. Called again each time the fob is lost.
   * @throws FobError to give up
   */
  readonly openFob: (signal: AbortSignal) => Promise<OpenedFob>;
  /**
   * Asks the person to type the code on the fob's screen. The signal aborts if the answer is no longer needed, or the
   * screen shows another code. showAgain: asks the fob to show the code again; an event `step` with `same` reports
   * it, and the question stays open. @throws FobError to give up
   */
  readonly askCode: (isAgain: boolean, signal: AbortSignal, showAgain: () => void) => Promise<string>;
  readonly report: (event: RelayEvent) => void;
  readonly signal: AbortSignal;
}

/** The token is active. ticket: opens the user's page once, in a browser; a secret until then. */
export interface RelayDone {
  readonly serial: string;
  readonly token: string;
  readonly text: string;
  readonly ticket: string;
}

/** Converts a refusal into an error with the service's texts. */
export function refusalOf({ code, text, next, isFinal }: Said<'refused'>): FobError {
  return new FobError('activation', { sentence: text, next, details: { code, isFinal } });
}
