import { base64Of, bytesOfBase64 } from '../../base/base64.ts';
import type { Wire } from '../../base/fob.ts';
import type { Front } from '../../ports/front.ts';
import { PtyUnavailable } from '../../ports/pty-unavailable.ts';
import type { Answer, Deed, ToChild } from './messages.ts';

/** The parent of a process that has given up what only its parent may do now. */
export class Parent {
  readonly #send: (message: unknown) => void;
  readonly #waiting = new Map<number, (answer: Answer) => void>();
  #last = 0;
  #wire: Wire | undefined;
  #lost: ((why: string) => void) | undefined;

  /** @param gone called when the parent has ended */
  constructor(gone: () => void) {
    this.#send = message => {
      if (process.connected) process.send?.(message, undefined, undefined, () => undefined);
    };
    process.on('message', message => this.#take(message as ToChild));
    process.on('disconnect', () => {
      // Nobody answers any more, and closing waits for answers.
      for (const [id, answered] of this.#waiting) answered({ id });
      gone();
    });
  }

  /** Lets go of the parent, so that the process can end. */
  leave(): void {
    if (process.connected) process.disconnect();
  }

  #take(message: ToChild): void {
    if ('bytes' in message) this.#wire?.write(bytesOfBase64(message.bytes) ?? new Uint8Array());
    else if ('lost' in message) this.#lost?.(message.lost);
    else this.#waiting.get(message.id)?.(message);
  }

  async #ask(deed: Deed): Promise<Answer> {
    const id = ++this.#last;
    if (!process.connected) return { id };
    const answer = await new Promise<Answer>(answered => {
      this.#waiting.set(id, answered);
      this.#send({ id, deed });
    });
    this.#waiting.delete(id);
    if (answer.unavailable) throw new PtyUnavailable([...answer.unavailable]);
    if (answer.refused !== undefined) throw new Error(answer.refused);
    return answer;
  }

  /** Takes the lock of the state. @throws Error with a message for the user */
  async start(): Promise<void> {
    await this.#ask('start');
  }

  /** Opens the pseudo-terminal. @throws PtyUnavailable, or an Error with a message for the user */
  async openPty(wire: Wire, lost: (why: string) => void): Promise<Front & { readonly path: string }> {
    this.#wire = wire;
    this.#lost = lost;
    const { path = '' } = await this.#ask('open');
    const stop = wire.onData(bytes => this.#send({ bytes: base64Of(bytes) }));
    return {
      path,
      unplug: async () => void (await this.#ask('unplug')),
      replug: async () => void (await this.#ask('replug')),
      close: async () => {
        stop();
        await this.#ask('close');
      },
    };
  }
}
