import { TraceDecoder, type TraceItem } from '@passfob/protocol/trace/decode';
import type { TraceRecord } from '@passfob/protocol/trace/records';
import { itemText } from '@passfob/protocol/trace/text';
import { base64Of } from '../../base/base64.ts';
import { insideResult } from './inside.ts';
import {
  INSIDE_EVENT_MS,
  MAX_FILE_PART_BYTES,
  MAX_WAITING_ITEMS,
  MAX_WIRE_ITEMS,
  MAX_WIRE_TEXT_CHARS,
  WIRE_EVENT_MS,
} from './limits.ts';
import type { CommandResult, SendMessage } from './message.ts';
import { tracePrimitives } from './primitives.ts';
import type { ControlTarget } from './target.ts';
import { traceLogOf } from './trace-log.ts';

type Timer = ReturnType<typeof setTimeout>;

/** Events of one connection about the wire and the inside of its fob, while somebody wants them. */
export class Observer {
  readonly #target: ControlTarget;
  readonly #send: SendMessage;
  #keys: readonly Uint8Array[];
  #endWire: (() => void) | undefined;
  #endInside: (() => void) | undefined;
  #file: Uint8Array | undefined;

  constructor(target: ControlTarget, send: SendMessage) {
    this.#target = target;
    this.#send = send;
    this.#keys = target.traceKeys ?? [];
    // Records are kept from the first connection on, also for those who ask later.
    traceLogOf(target.fob);
  }

  /** Starts events, with everything that is kept in the first of them. */
  observe(what: 'wire' | 'inside'): void {
    this.unobserve(what);
    if (what === 'wire') this.#endWire = wireFeed(this.#target, this.#keys, this.#send);
    else this.#endInside = insideFeed(this.#target, this.#send);
  }

  unobserve(what: 'wire' | 'inside'): void {
    if (what === 'wire') {
      this.#endWire?.();
      this.#endWire = undefined;
    } else {
      this.#endInside?.();
      this.#endInside = undefined;
    }
  }

  /** Opens sealed frames with this pairing key from now on, also those that were shown; undefined: with none. */
  setKey(key: Uint8Array | undefined): void {
    this.#keys = [...(this.#target.traceKeys ?? []), ...(key ? [key] : [])];
    if (this.#endWire !== undefined) this.observe('wire');
  }

  /** Returns a part of the trace file in base64. Part 0 takes the records of now; later ones belong to the same file. */
  filePart(from: number): CommandResult {
    if (from === 0) this.#file = traceLogOf(this.#target.fob).file(this.#target.fob.board);
    const file = this.#file ?? new Uint8Array();
    const end = Math.min(from + MAX_FILE_PART_BYTES, file.length);
    if (end >= file.length) this.#file = undefined;
    return { data: base64Of(file.subarray(from, end)), next: end < file.length ? end : null };
  }

  close(): void {
    this.unobserve('wire');
    this.unobserve('inside');
    this.#file = undefined;
  }
}

/** Decodes what is kept, then each new record, and sends the lines of a moment together. */
function wireFeed(target: ControlTarget, keys: readonly Uint8Array[], send: SendMessage): () => void {
  const decoder = new TraceDecoder(
    keys.length > 0 ? { keys, primitives: tracePrimitives, showsSecrets: false } : undefined,
  );
  let waiting: CommandResult[] = [];
  let isFirst = true;
  let lost = 0;
  let timer: Timer | undefined;
  const flush = () => {
    timer = undefined;
    const items = waiting.slice(0, MAX_WIRE_ITEMS);
    if (send({ event: 'wire', again: isFirst, lost, items })) {
      waiting = waiting.slice(items.length);
      isFirst = false;
      lost = 0;
    }
    if (waiting.length > 0) later();
  };
  const later = () => {
    timer ??= setTimeout(flush, WIRE_EVENT_MS);
  };
  const take = (record: TraceRecord) => {
    // The memories have a view of their own, and hundreds of writes would hide the frames.
    for (const item of decoder.take(record)) if (item.is.kind !== 'memory') waiting.push(itemResult(item));
    lost += Math.max(0, waiting.length - MAX_WAITING_ITEMS);
    waiting = waiting.slice(-MAX_WAITING_ITEMS);
    if (waiting.length > 0) later();
  };
  const log = traceLogOf(target.fob);
  for (const record of log.records) take(record);
  later();
  const stop = log.onRecord(take);
  return () => {
    stop();
    clearTimeout(timer);
  };
}

function itemResult(item: TraceItem): CommandResult {
  const { is } = item;
  return {
    number: item.last,
    atMs: item.atUs / 1_000,
    port: item.port ?? null,
    way: item.way ?? null,
    kind: is.kind,
    opened: is.kind === 'sealed' && is.opened !== undefined,
    text: itemText(item).slice(0, MAX_WIRE_TEXT_CHARS),
  };
}

/** Looks at the inside now and then, and sends it if it changed. */
function insideFeed(target: ControlTarget, send: SendMessage): () => void {
  let sent = '';
  const look = () => {
    const inside = insideResult(target);
    const { now: _now, timers: _timers, ...rest } = inside;
    // Real time passes by itself and alone is no news.
    const text = JSON.stringify(target.clock === 'real' ? rest : inside);
    if (text !== sent && send({ event: 'inside', ...inside })) sent = text;
  };
  const first = setTimeout(look, 0);
  const timer = setInterval(look, INSIDE_EVENT_MS);
  return () => {
    clearTimeout(first);
    clearInterval(timer);
  };
}
