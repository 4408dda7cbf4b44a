/** A message of the control protocol: a request, an answer or an event. */
export type ControlMessage = Readonly<Record<string, unknown>>;

/** A channel to the control session of one fob: a WebSocket, a worker, or anything else that carries messages. */
export interface ControlChannel {
  /** Sends a request. It is lost where the channel is closed. */
  send(message: ControlMessage): void;
  /** Calls `listener` with each answer and event. Returns a function that stops it. */
  onMessage(listener: (message: ControlMessage) => void): () => void;
}

/** The fob refused a request; the message says why, in a sentence. */
export class RequestRefused extends Error {}

/** Requests of one user of a channel, and the answers to them. */
export class Requests {
  readonly #channel: ControlChannel;
  readonly #prefix: string;
  readonly #waiting = new Map<string, { done(answer: ControlMessage): void; failed(error: Error): void }>();
  #count = 0;

  /** @param prefix tells its requests from those of others on the same channel */
  constructor(channel: ControlChannel, prefix: string) {
    this.#channel = channel;
    this.#prefix = prefix;
    channel.onMessage(message => this.#take(message));
  }

  /** Sends a request. Rejects with RequestRefused, and where the channel closes before the answer. */
  ask(request: ControlMessage): Promise<ControlMessage> {
    const id = `${this.#prefix}${++this.#count}`;
    return new Promise((done, failed) => {
      this.#waiting.set(id, { done, failed });
      this.#channel.send({ id, ...request });
    });
  }

  /** The channel is closed: nothing that waits will be answered. */
  lose(why: string): void {
    const waiting = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const { failed } of waiting) failed(new RequestRefused(why));
  }

  #take(message: ControlMessage): void {
    const { id, ok, error } = message;
    const waiting = typeof id === 'string' ? this.#waiting.get(id) : undefined;
    if (waiting === undefined || typeof id !== 'string') return;
    this.#waiting.delete(id);
    if (ok === true) waiting.done(message);
    else waiting.failed(new RequestRefused(String(error)));
  }
}
