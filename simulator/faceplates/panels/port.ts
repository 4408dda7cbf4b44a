/** A message of the control protocol: a request, an answer or an event. */
export type PortMessage = Readonly<Record<string, unknown>>;

/** A channel to the control session of one fob: a WebSocket, a worker, or anything else that carries messages. */
export interface ControlChannel {
  /** Sends a request. It is lost where the channel is closed. */
  send(message: PortMessage): void;
  /** Calls `listener` with each answer and event. Returns a function that stops it. */
  onMessage(listener: (message: PortMessage) => void): () => void;
}

/** The fob refused a request; the message says why, in a sentence. */
export class RequestRefused extends Error {}

/** Requests of one user of a channel, and the answers to them. */
export class Requests {
  readonly #port: ControlChannel;
  readonly #prefix: string;
  readonly #waiting = new Map<string, { done(answer: PortMessage): void; failed(error: Error): void }>();
  #count = 0;

  /** @param prefix tells its requests from those of others on the same channel */
  constructor(port: ControlChannel, prefix: string) {
    this.#port = port;
    this.#prefix = prefix;
    port.onMessage(message => this.#take(message));
  }

  /** Sends a request. Rejects with RequestRefused, and where the channel closes before the answer. */
  ask(request: PortMessage): Promise<PortMessage> {
    const id = `${this.#prefix}${++this.#count}`;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#port.send({ id, ...request });
    });
  }

  /** The channel is closed: nothing that waits will be answered. */
  lose(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of waiting) failed(new RequestRefused(why));
  }

  #take(message: PortMessage): void {
    const { id, ok, error } = message;
    const waiting = typeof id === 'string' ? this.#waiting.get(id) : undefined;
    if (waiting === undefined || typeof id !== 'string') return;
    this.#waiting.delete(id);
    if (ok === true) waiting.done(message);
    else waiting.failed(new RequestRefused(String(error)));
  }
}
