import type { TraceRecord } from '@passfob/protocol/trace/records';
import { joined } from '../base/bytes.ts';
import type { LinkName } from './wiring/wiring.ts';

type OnData = (bytes: Uint8Array) => void;

/**
 * Listeners outside the board, and the events waiting for them. Listeners never run from within the image's own code.
 */
export class Listeners {
  readonly #data: { readonly port: LinkName; readonly listener: OnData }[] = [];
  readonly #screen: { readonly listener: () => void }[] = [];
  readonly #event: { readonly listener: (event: TraceRecord) => void }[] = [];
  #events: TraceRecord[] = [];
  #outbox: { port: LinkName; bytes: Uint8Array }[] = [];
  #screenChanged = false;

  onData(port: LinkName, listener: OnData): () => void {
    return enlist(this.#data, { port, listener });
  }

  onScreen(listener: () => void): () => void {
    return enlist(this.#screen, { listener });
  }

  onEvent(listener: (event: TraceRecord) => void): () => void {
    return enlist(this.#event, { listener });
  }

  /** Whether events are worth making. */
  get wantsEvents(): boolean {
    return this.#event.length > 0;
  }

  happened(event: TraceRecord): void {
    this.#events.push(event);
  }

  /** Keeps reports apart; the bytes of a serial port are a stream. */
  send(port: LinkName, bytes: Uint8Array): void {
    const last = this.#outbox.at(-1);
    if (last?.port === port && port !== 'HID') last.bytes = joined(last.bytes, bytes);
    else this.#outbox.push({ port, bytes });
  }

  screenChanged(): void {
    this.#screenChanged = true;
  }

  flush(): void {
    for (let next = this.#events.shift(); next; next = this.#events.shift())
      for (const each of [...this.#event]) each.listener(next);
    for (let next = this.#outbox.shift(); next; next = this.#outbox.shift()) {
      const { port, bytes } = next;
      for (const each of [...this.#data]) if (each.port === port) each.listener(new Uint8Array(bytes));
    }
    if (!this.#screenChanged) return;
    this.#screenChanged = false;
    for (const each of [...this.#screen]) each.listener();
  }
}

function enlist<T>(list: T[], entry: T): () => void {
  list.push(entry);
  return () => {
    const at = list.indexOf(entry);
    if (at >= 0) list.splice(at, 1);
  };
}
