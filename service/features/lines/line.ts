/** The way to a program or page that is connected to the service. */
export interface TextConnection {
  send(text: string): void;
  /** @param code RFC 6455 §7.4.1 */
  close(code: number): void;
}

/** What a connection is to the service, whatever carries it. */
export interface Talker {
  /** A text from the other end; undefined for what was none. */
  receive(text: string | undefined): void;
  /** The connection is gone. */
  lost(): void;
  /** The service ends: whoever is there comes back to another node, or later. */
  shutDown(): void;
}

export const NORMAL = 1000;
export const GOING_AWAY = 1001;
export const POLICY_VIOLATION = 1008;
export const TRY_AGAIN_LATER = 1013;
