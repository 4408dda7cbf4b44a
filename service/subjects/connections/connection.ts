/** The connection to a program or page. */
export interface TextConnection {
  send(text: string): void;
  /** @param code RFC 6455 §7.4.1 */
  close(code: number): void;
  /** Pings the other end this often, and ends the connection of one that does not answer. Absent for polls. */
  keepAlive?(everyMs: number): void;
}

/** The service's side of a connection, independent of its transport. */
export interface Talker {
  /** Receives a text from the other end; undefined for a message that is no text. */
  receive(text: string | undefined): void;
  /** The connection was lost. */
  lost(): void;
  /** The service stops: the other end reconnects to another node, or later. */
  shutDown(): void;
}

export const NORMAL = 1000;
export const GOING_AWAY = 1001;
export const POLICY_VIOLATION = 1008;
export const TRY_AGAIN_LATER = 1013;
