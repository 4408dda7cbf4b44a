import type { BoardUnderTest } from './board.ts';
import { PARTS } from './bus.ts';
import { type BoardFinding, boardFinding } from './finding.ts';
import {
  EDGE_REST_MS,
  EDGE_WAIT_MS,
  EDGES_AT_EACH_END,
  RATE_PPM_MAX,
  REST_PART_MS,
  TEMPERATURE_MAX,
  TEMPERATURE_MIN,
} from './limits.ts';

const ADDRESS = PARTS[1].address;
/** Registers of the DS3231: status with the oscillator-stop flag, and the temperature in two registers. */
const STATUS = 0x0f;
const TEMPERATURE = 0x11;
const REGISTERS = 0x13;
const OSCILLATOR_STOPPED = 0x80;
const DAY_SECONDS = 86_400;

const read = (count: number) =>
  `(I2C1.writeTo(${ADDRESS},0),[].slice.call(I2C1.readFrom(${ADDRESS},${count})))`;

/** Whether the chip is a DS3231, and has kept its time. */
export async function checkClockChip(board: BoardUnderTest): Promise<BoardFinding> {
  const registers = await board.numbers(read(REGISTERS));
  const at = (index: number) => registers[index] ?? 0;
  const celsius = ((at(TEMPERATURE) << 24) >> 24) + (at(TEMPERATURE + 1) >> 6) / 4;
  const isStopped = (at(STATUS) & OSCILLATOR_STOPPED) !== 0;
  const values = { answers: true, celsius, isStopped };
  const why = strangeness(registers, celsius);
  if (why !== undefined) return boardFinding('clock', 'problem', 'rtc-strange', values, { why });
  return isStopped
    ? boardFinding('clock', 'warning', 'rtc-stopped-once', values)
    : boardFinding('clock', 'ok', 'rtc-set', values);
}

function strangeness(registers: readonly number[], celsius: number): string | undefined {
  const [second = 0, minute = 0] = registers;
  const isDecimal = [second, minute].every(value => value >> 4 < 6 && (value & 15) < 10);
  if (!isDecimal) return 'its registers hold no time';
  if (celsius < TEMPERATURE_MIN || celsius > TEMPERATURE_MAX) return `it measures ${celsius} °C`;
  return undefined;
}

/** A change of the second: it happened between two times of the computer, in milliseconds. */
export interface Edge {
  /** Seconds on the chip from then on. */
  readonly count: number;
  readonly fromMs: number;
  readonly toMs: number;
}

/**
 * Compares the rate of the chip with the computer's clock, by the changes of its second. Each lies between the question
 * before and the answer after it, however slow the cable is, and so the bounds of the result are certain; they are as
 * wide as the time of an answer, divided by `seconds`. Looks for changes only at the beginning and at the end.
 */
export async function checkRate(board: BoardUnderTest, seconds: number): Promise<BoardFinding> {
  const edges: Edge[] = [];
  for (let done = 0; done < seconds; ) {
    const left = seconds - done;
    const isBetween = done >= EDGES_AT_EACH_END && left > EDGES_AT_EACH_END;
    if (edges.length > 0)
      await rest(board, (isBetween ? left - EDGES_AT_EACH_END : 0) * 1_000 + EDGE_REST_MS);
    const edge = await nextEdge(board);
    if (edge === undefined) return boardFinding('rate', 'problem', 'rate-stopped', { seconds });
    const first = edges[0]?.count ?? edge.count;
    const count = edge.count < first ? edge.count + DAY_SECONDS : edge.count;
    edges.push({ ...edge, count });
    done = count - first;
  }
  return rateFinding(edges, seconds);
}

/** Waits, and asks in between: the board takes a long silence for the end. */
async function rest(board: BoardUnderTest, ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= REST_PART_MS) {
    await board.watch.pause(Math.min(left, REST_PART_MS));
    if (left > REST_PART_MS) await board.ask('1');
  }
}

async function nextEdge(board: BoardUnderTest): Promise<Edge | undefined> {
  const { watch } = board;
  let fromMs = watch.now();
  const begunMs = fromMs;
  const before = await secondOfDay(board);
  for (;;) {
    const askedMs = watch.now();
    const count = await secondOfDay(board);
    const toMs = watch.now();
    if (count !== before) return { count, fromMs, toMs };
    if (toMs - begunMs > EDGE_WAIT_MS) return undefined;
    fromMs = askedMs;
  }
}

async function secondOfDay(board: BoardUnderTest): Promise<number> {
  const [second = 0, minute = 0, hour = 0] = await board.numbers(read(3));
  return fromBcd(hour & 0x3f) * 3_600 + fromBcd(minute) * 60 + fromBcd(second);
}

function fromBcd(value: number): number {
  return (value >> 4) * 10 + (value & 15);
}

/** Returns the bounds of a chip's rate against the computer's, in ppm (positive: it is fast); undefined for none. */
export function rateBounds(
  edges: readonly Edge[],
): { readonly from: number; readonly to: number } | undefined {
  let longest = Number.POSITIVE_INFINITY;
  let shortest = 0;
  for (const late of edges) {
    for (const early of edges) {
      const counted = (late.count - early.count) * 1_000;
      if (counted <= 0) continue;
      longest = Math.min(longest, (late.toMs - early.fromMs) / counted);
      shortest = Math.max(shortest, (late.fromMs - early.toMs) / counted);
    }
  }
  if (!Number.isFinite(longest) || shortest > longest || shortest <= 0) return undefined;
  return { from: Math.floor((1 / longest - 1) * 1e6), to: Math.ceil((1 / shortest - 1) * 1e6) };
}

function rateFinding(edges: readonly Edge[], seconds: number): BoardFinding {
  const bounds = rateBounds(edges);
  if (bounds === undefined) return boardFinding('rate', 'unknown', 'rate-uneven', { seconds });
  const { from, to } = bounds;
  const values = { seconds, ppmFrom: from, ppmTo: to };
  const isWrong = from > RATE_PPM_MAX || to < -RATE_PPM_MAX;
  const rate = `${signed(from)} to ${signed(to)} ppm`;
  return boardFinding('rate', isWrong ? 'problem' : 'ok', isWrong ? 'rate-wrong' : 'rate-good', values, {
    rate,
  });
}

const signed = (ppm: number) => (ppm < 0 ? `−${-ppm}` : `+${ppm}`);
