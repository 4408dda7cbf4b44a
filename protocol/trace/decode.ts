import { Reader } from '../bytes.ts';
import { FRAME_SEALED_REQUEST, FRAME_SEALED_RESPONSE } from '../frame.ts';
import { CCM_TAG_BYTES, COUNTER_BYTES, FRAME_CHARS_MAX } from '../limits.ts';
import { FRAME_FAULTS, type FrameFault, isOfFob, MARK, readFrame } from './frames.ts';
import { NOISE_CHARS_MAX, PORTS_MAX } from './limits.ts';
import { messageOf, type TraceMessage } from './messages.ts';
import type { BytesRecord, EventRecord, LeftOut, TraceRecord, TraceWay } from './records.ts';
import { SealedFrames, type TraceKeys } from './sealed.ts';
import { streamOf } from './stream.ts';

export type ItemContent =
  | ({
      readonly kind: 'frame';
      readonly frame: 'request' | 'response';
      readonly sequence: number;
    } & TraceMessage)
  | {
      readonly kind: 'sealed';
      readonly frame: 'request' | 'response';
      readonly counter: number;
      /** Bytes of the sealed message and its tag. */
      readonly sealedBytes: number;
      /** The message, where a given key opens the frame. */
      readonly opened?: TraceMessage;
    }
  /** A frame that a receiver drops. */
  | { readonly kind: 'broken'; readonly fault: FrameFault; readonly why: string; readonly chars: number }
  /** Answers to packets: 06. */
  | { readonly kind: 'answer'; readonly count: number }
  /** Text between frames. */
  | { readonly kind: 'noise'; readonly text: string }
  | { readonly kind: 'left-out'; readonly length: number; readonly why: LeftOut }
  | EventRecord;

/** What a trace shows: a frame, the answers in a record, a piece of noise, an event. */
export interface TraceItem {
  /** Numbers of its first and last record, from 1. */
  readonly first: number;
  readonly last: number;
  /** Time of the last record. */
  readonly atUs: number;
  /** Absent for an event, which is at no port. */
  readonly port?: string;
  readonly way?: TraceWay;
  readonly is: ItemContent;
}

/** An unfinished line. */
interface Line {
  text: string;
  /** Number of the record in which it begins. */
  first: number;
  /** Time of its last record. */
  atUs: number;
}

/**
 * Decodes the records of a trace, in their order. Every limit of a line is that of a receiver, so the decoder holds at
 * most a frame for each of `PORTS_MAX` ports and each direction. No input makes it throw.
 */
export class TraceDecoder {
  readonly #keys: TraceKeys | undefined;
  readonly #sealed = new Map<string, SealedFrames>();
  readonly #lines = new Map<string, Line>();
  readonly #ports = new Set<string>();
  #number = 0;

  /** @param keys opens sealed frames of tests */
  constructor(keys?: TraceKeys) {
    this.#keys = keys;
  }

  take(record: TraceRecord): TraceItem[] {
    const number = ++this.#number;
    if (record.kind === 'bytes') return this.#bytes(record, number);
    const { atUs } = record;
    const at = { first: number, last: number, atUs };
    if (record.kind !== 'left-out') {
      const lost = record.kind === 'power' ? this.end() : [];
      return [...lost, { ...at, is: record }];
    }
    const { port, way, length, why } = record;
    const left = this.#finished(port, way, number);
    return [...left, { ...at, port, way, is: { kind: 'left-out', length, why } }];
  }

  /** Returns what is unfinished: a frame without its end is `broken`. */
  end(): TraceItem[] {
    const names = [...this.#lines.keys()];
    return names.flatMap(name => {
      const [way, ...port] = name.split(' ');
      return this.#finished(port.join(' '), way === 'in' ? 'in' : 'out', this.#number);
    });
  }

  #bytes(record: BytesRecord, number: number): TraceItem[] {
    const { port, way, atUs } = record;
    const items = this.#limitPorts(port);
    const { text, answers } = streamOf(record);
    if (answers > 0)
      items.push({ first: number, last: number, atUs, port, way, is: { kind: 'answer', count: answers } });
    for (let from = 0; from < text.length; ) {
      const end = text.indexOf('\n', from);
      const to = end < 0 ? text.length : end + 1;
      this.#add(port, way, text.slice(from, to), number, atUs);
      items.push(...this.#finishedIfOver(port, way, number));
      from = to;
    }
    return items;
  }

  /**
   * Returns what was unfinished where the file names too many ports, and forgets them: a trace of a fob has five, a file
   * may name any number.
   */
  #limitPorts(port: string): TraceItem[] {
    this.#ports.add(port);
    if (this.#ports.size <= PORTS_MAX) return [];
    const lost = this.end();
    this.#sealed.clear();
    this.#ports.clear();
    this.#ports.add(port);
    return lost;
  }

  #add(port: string, way: TraceWay, text: string, number: number, atUs: number): void {
    const key = `${way} ${port}`;
    const line = this.#lines.get(key);
    if (line === undefined) this.#lines.set(key, { text, first: number, atUs });
    else {
      line.text += text;
      line.atUs = atUs;
    }
  }

  /** Returns the items of a line that has ended, or that is longer than text or a frame may be. */
  #finishedIfOver(port: string, way: TraceWay, number: number): TraceItem[] {
    const line = this.#lines.get(`${way} ${port}`);
    if (line === undefined) return [];
    if (line.text.endsWith('\n')) return this.#finished(port, way, number);
    const mark = line.text.indexOf(MARK);
    if (mark < 0) return line.text.length >= NOISE_CHARS_MAX ? this.#finished(port, way, number) : [];
    return line.text.length - mark > FRAME_CHARS_MAX + NOISE_CHARS_MAX
      ? this.#finished(port, way, number)
      : [];
  }

  #finished(port: string, way: TraceWay, last: number): TraceItem[] {
    const key = `${way} ${port}`;
    const line = this.#lines.get(key);
    if (line === undefined) return [];
    this.#lines.delete(key);
    const { first, atUs } = line;
    const item = (is: ItemContent): TraceItem => ({ first, last, atUs, port, way, is });
    const isWhole = line.text.endsWith('\n');
    const mark = line.text.lastIndexOf(MARK);
    const noise = (mark < 0 ? line.text : line.text.slice(0, mark)).replace(/[\r\n]+$/, '');
    const before = noise === '' ? [] : [item({ kind: 'noise', text: noise })];
    if (mark < 0) return before;
    const inside = line.text.slice(mark + 1).replace(/\n$/, '');
    return [...before, item(isWhole ? this.#frame(port, inside) : broken('unfinished', inside))];
  }

  #frame(port: string, inside: string): ItemContent {
    const payload = readFrame(inside);
    if (typeof payload === 'string') return broken(payload, inside);
    const type = payload[0] ?? 0;
    const frame = isOfFob(type) ? 'response' : 'request';
    const from = new Reader(payload, 1);
    if (type === FRAME_SEALED_REQUEST || type === FRAME_SEALED_RESPONSE) {
      const counter = from.number(COUNTER_BYTES);
      if (payload.length < 1 + COUNTER_BYTES + CCM_TAG_BYTES) return broken('sealed', inside);
      const opened = this.#sealedAt(port)?.open(payload);
      return {
        kind: 'sealed',
        frame,
        counter,
        sealedBytes: payload.length - from.at,
        ...(opened && { opened }),
      };
    }
    this.#sealedAt(port)?.clear(payload);
    const sequence = from.number(1);
    return { kind: 'frame', frame, sequence, ...messageOf(from, frame === 'response', false) };
  }

  #sealedAt(port: string): SealedFrames | undefined {
    if (this.#keys === undefined) return undefined;
    const known = this.#sealed.get(port) ?? new SealedFrames(this.#keys);
    this.#sealed.set(port, known);
    return known;
  }
}

function broken(fault: FrameFault, inside: string): ItemContent {
  return { kind: 'broken', fault, why: FRAME_FAULTS[fault], chars: inside.length };
}
