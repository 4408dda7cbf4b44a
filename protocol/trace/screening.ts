import { COMMANDS } from '../commands.ts';
import { FRAME_REQUEST, FRAME_SEALED_REQUEST, FRAME_SEALED_RESPONSE } from '../frame.ts';
import { FRAME_CHARS_MAX, PACKET_ANSWER } from '../limits.ts';
import { CodeSession } from './code-session.ts';
import { MARK, readFrame } from './frames.ts';
import { HELD_BYTES_MAX, HELD_RECORDS_MAX } from './limits.ts';
import type { BytesRecord, LeftOut, TraceRecord, TraceWay } from './records.ts';
import { REPORTS, streamOf } from './stream.ts';

/** Line ends, Ctrl-C, ACK, XON, DLE, XOFF: characters that carry no text. */
const CONTROLS = [10, 13, 3, PACKET_ANSWER, 17, 16, 19];
/** A frame that was damaged on its way, unlike source text that has a mark by chance. */
const FRAME_BEGINNING = /^[AB][\w+/=]{3}/;
const NO_BASE64 = /[^\w+/=]/g;

/** A record that waits until it is known whether it may be shown. */
interface Held {
  readonly record: TraceRecord;
  /** Undefined: not decided yet. */
  decision: 'show' | LeftOut | undefined;
}

/** An unfinished line at a port in one direction. */
interface Line {
  text: string;
  held: Held[];
}

interface Port {
  readonly session: CodeSession;
  /** A session was opened since the trace began, so that `session` knows by which key. */
  isOpened: boolean;
  readonly lines: Readonly<Record<TraceWay, Line>>;
  /** Something was typed at the console since the last request: its output may repeat secrets. */
  isConsole: boolean;
}

/**
 * Lets through what a trace may hold, and replaces the rest by its length: sessions that a pairing code opens, and what
 * is typed at a console with what the console then prints. Records keep their order. Those of a frame wait for its last
 * character, and everything after them with them; the wait has a bound.
 */
export class Screening {
  readonly #emit: (record: TraceRecord) => void;
  readonly #ports = new Map<string, Port>();
  #queue: Held[] = [];
  #queuedBytes = 0;

  constructor(emit: (record: TraceRecord) => void) {
    this.#emit = emit;
  }

  take(record: TraceRecord): void {
    if (record.kind === 'bytes') for (const piece of piecesOf(record)) this.#bytes(piece);
    else this.#hold(record, 'show');
    if (record.kind === 'power') this.#forgetLines();
    this.#flush();
    while (this.#queue.length > HELD_RECORDS_MAX || this.#queuedBytes > HELD_BYTES_MAX) this.#giveUp();
  }

  /** Emits what still waits. */
  end(): void {
    this.#forgetLines();
    this.#flush();
  }

  #hold(record: TraceRecord, decision: Held['decision']): Held {
    const held = { record, decision };
    this.#queue.push(held);
    this.#queuedBytes += sizeOf(record);
    return held;
  }

  #flush(): void {
    let done = 0;
    for (const { record, decision } of this.#queue) {
      if (decision === undefined) break;
      done++;
      this.#queuedBytes -= sizeOf(record);
      if (decision === 'show' || record.kind !== 'bytes') this.#emit(record);
      else {
        const { atUs, port, way, bytes } = record;
        this.#emit({ kind: 'left-out', atUs, port, way, length: bytes.length, why: decision });
      }
    }
    if (done > 0) this.#queue = this.#queue.slice(done);
  }

  #portOf(name: string): Port {
    const known = this.#ports.get(name);
    if (known) return known;
    const made = {
      session: new CodeSession(),
      isOpened: false,
      lines: { in: { text: '', held: [] }, out: { text: '', held: [] } },
      isConsole: false,
    };
    this.#ports.set(name, made);
    return made;
  }

  #bytes(record: BytesRecord): void {
    const port = this.#portOf(record.port);
    const { way } = record;
    const line = port.lines[way];
    line.held.push(this.#hold(record, undefined));
    line.text += streamOf(record).text;
    const isFrameBegun = line.text.includes(MARK) && line.text.length <= FRAME_CHARS_MAX;
    if (line.text.endsWith('\n') || !isFrameBegun) this.#decide(port, way);
  }

  /** Decides about all that is held of a line, which is over or no frame. */
  #decide(port: Port, way: TraceWay): void {
    const { text, held } = port.lines[way];
    port.lines[way].text = '';
    port.lines[way].held = [];
    const decision = this.#decisionOn(port, way, text);
    for (const one of held) one.decision = decision;
  }

  #decisionOn(port: Port, way: TraceWay, text: string): 'show' | LeftOut {
    const mark = text.lastIndexOf(MARK);
    const before = mark < 0 ? text : text.slice(0, mark);
    const inside = mark < 0 ? undefined : text.slice(mark + 1).replace(/\n$/, '');
    const read = inside === undefined ? 'short' : readFrame(inside);
    const payload = typeof read === 'string' ? undefined : read;
    if (payload !== undefined && way === 'in') {
      port.session.sent(payload);
      port.isOpened ||= isOpening(payload);
    }
    if (payload === undefined ? inside !== undefined && port.session.isNear : port.session.isOf(payload))
      return 'code-session';
    if (payload !== undefined && isSealed(payload) && !port.isOpened) return 'earlier-session';
    const isFrame = inside !== undefined && (payload !== undefined || isLikeFrame(inside));
    const isTyped = !isControl(before) || (inside !== undefined && !isFrame);
    if (way === 'in') {
      if (isTyped) port.isConsole = true;
      else if (payload !== undefined) port.isConsole = false;
      return isTyped ? 'console' : 'show';
    }
    // A response is sealed or public, whatever was typed before.
    return port.isConsole && isTyped ? 'console' : 'show';
  }

  /** Leaves out the unfinished lines of all ports: their ends will not come any more. */
  #forgetLines(): void {
    for (const { lines } of this.#ports.values())
      for (const line of Object.values(lines)) this.#leaveOut(line);
  }

  #leaveOut(line: Line): void {
    for (const one of line.held) one.decision = 'unfinished';
    line.held = [];
    line.text = '';
  }

  /** Ends the line for which all others wait. */
  #giveUp(): void {
    const first = this.#queue[0];
    for (const { lines } of this.#ports.values())
      for (const line of Object.values(lines)) if (line.held[0] === first) this.#leaveOut(line);
    this.#flush();
  }
}

function isSealed([type = 0]: Uint8Array): boolean {
  return type === FRAME_SEALED_REQUEST || type === FRAME_SEALED_RESPONSE;
}

function isOpening([type, , code]: Uint8Array): boolean {
  return type === FRAME_REQUEST && code === COMMANDS.open[0];
}

function isLikeFrame(inside: string): boolean {
  if (!FRAME_BEGINNING.test(inside)) return false;
  return (inside.match(NO_BASE64)?.length ?? 0) * 10 < inside.length;
}

function isControl(text: string): boolean {
  return Array.from(text).every(char => CONTROLS.includes(char.charCodeAt(0)));
}

const NEWLINE = 10;

/** Splits the bytes of a stream behind each newline, and answers to packets from what follows them. */
function piecesOf(record: BytesRecord): BytesRecord[] {
  const { port, bytes } = record;
  if (port === REPORTS) return [record];
  const pieces: BytesRecord[] = [];
  let from = 0;
  for (let at = 1; at <= bytes.length; at++) {
    const isEnd =
      bytes[at - 1] === NEWLINE || (bytes[at - 1] === PACKET_ANSWER) !== (bytes[at] === PACKET_ANSWER);
    if (at < bytes.length && !isEnd) continue;
    pieces.push({ ...record, bytes: bytes.subarray(from, at) });
    from = at;
  }
  return pieces;
}

function sizeOf(record: TraceRecord): number {
  return record.kind === 'bytes' ? record.bytes.length : 1;
}
