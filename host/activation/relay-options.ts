import { FobError } from '../errors.ts';
import type { Transport } from '../transports/transport.ts';
import type { Activation } from './activation-string.ts';
import type { ServiceMessage } from './messages.ts';
import type { ServiceSocket } from './socket.ts';

type Said<Type extends ServiceMessage['type']> = Omit<Extract<ServiceMessage, { type: Type }>, 'type'>;

/** What happens, for whoever shows it. Never holds a secret. */
export type RelayEvent =
  | { readonly event: 'connecting'; readonly service: string }
  /** The service has proved itself and taken the code. */
  | ({ readonly event: 'entered' } & Said<'entered'>)
  | ({ readonly event: 'step' } & Said<'step'>)
  /** The connection is gone, and is opened again after so long. */
  | { readonly event: 'lost'; readonly againMs: number };

/** A fob that is open, and by what: `serial`, `hid`, `tcp`. */
export interface OpenedFob {
  readonly transport: Transport;
  readonly port: string;
}

/** What a relay needs of where it runs. */
export interface RelayOptions {
  readonly activation: Activation;
  /**
   * Opens a WebSocket. @throws FobError `service-silent` where another attempt may help, `certificate` where none does,
   * `cancelled`
   */
  readonly openSocket: (url: string, signal: AbortSignal) => Promise<ServiceSocket>;
  /**
   * Opens the fob, and waits for one as long as there is none. Called again whenever it was lost.
   * @throws FobError to give up
   */
  readonly openFob: (signal: AbortSignal) => Promise<OpenedFob>;
  /**
   * Has the person type the code that is on the fob's screen. The signal ends the asking where the answer is not wanted
   * any more, or the screen shows another code. showAgain: has the fob show it again; an event `step` with `same` says
   * when it does, and the asking goes on. @throws FobError to give up
   */
  readonly askCode: (isAgain: boolean, signal: AbortSignal, showAgain: () => void) => Promise<string>;
  readonly report: (event: RelayEvent) => void;
  readonly signal: AbortSignal;
}

/** The token is active. ticket: opens the user's page once, in a browser; a secret until then. */
export type RelayDone = Said<'done'>;

/** The error of a refusal, as the person is to hear it. */
export function refusalOf({ code, text, next, isFinal }: Said<'refused'>): FobError {
  return new FobError('activation', { sentence: text, next, details: { code, isFinal } });
}
