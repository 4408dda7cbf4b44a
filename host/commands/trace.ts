import { TraceDecoder, type TraceItem } from '@passfob/protocol/trace/decode';
import { keysOfText } from '@passfob/protocol/trace/keys';
import { TRACE_KEY_FILE_BYTES_MAX, TRACE_KEYS_MAX } from '@passfob/protocol/trace/limits';
import { NotATrace, TraceReader } from '@passfob/protocol/trace/read';
import type { TraceKeys } from '@passfob/protocol/trace/sealed';
import { hostPrimitives } from '../client/primitives.ts';
import { FobError } from '../errors.ts';
import { type FileSource, readPieces, readWhole, subjectOf } from '../read-whole.ts';

export interface TraceQuery {
  /** File with pairing keys of a test. */
  readonly key: string | undefined;
  readonly secrets: boolean;
  /** Only frames, and what was left out. */
  readonly frames: boolean;
  /** Seconds after the first record. */
  readonly fromSeconds: number | undefined;
  readonly toSeconds: number | undefined;
}

/** Kinds of items that are about frames. */
const FRAMES: readonly string[] = ['frame', 'sealed', 'broken', 'left-out', 'cut-short'];
const US_PER_SECOND = 1_000_000;

/**
 * Decodes a trace file, a chunk at a time.
 * @param say gets each item, and the time of the first record
 * @returns whether the file ends within a record
 * @throws FobError `bad-input` for a file of another kind or a damaged one, after the items before the damage;
 * `cancelled`
 */
export async function decodeTrace(
  source: FileSource,
  asked: TraceQuery,
  signal: AbortSignal,
  say: (item: TraceItem, sinceUs: number) => Promise<void>,
): Promise<{ readonly isCutOff: boolean }> {
  const decoder = new TraceDecoder(
    asked.key === undefined ? undefined : await keysOf(asked.key, asked.secrets, signal),
  );
  const reader = new TraceReader();
  let sinceUs: number | undefined;
  const show = async (items: readonly TraceItem[]) => {
    for (const item of items) if (isAsked(item, sinceUs ?? 0, asked)) await say(item, sinceUs ?? 0);
  };
  try {
    for await (const chunk of readPieces(source, signal)) {
      for (const record of reader.take(chunk)) {
        sinceUs ??= record.atUs;
        await show(decoder.take(record));
      }
    }
    reader.end();
  } catch (error) {
    throw error instanceof NotATrace ? notATrace(source, error) : error;
  }
  await show(decoder.end());
  return { isCutOff: reader.isCutOff };
}

function isAsked(
  { is, atUs }: TraceItem,
  sinceUs: number,
  { frames, fromSeconds, toSeconds }: TraceQuery,
): boolean {
  const seconds = (atUs - sinceUs) / US_PER_SECOND;
  if (frames && !FRAMES.includes(is.kind)) return false;
  return (
    seconds >= (fromSeconds ?? Number.NEGATIVE_INFINITY) && seconds <= (toSeconds ?? Number.POSITIVE_INFINITY)
  );
}

function notATrace(source: FileSource, { kind, at }: NotATrace): FobError {
  if (kind === 'foreign') {
    return new FobError('bad-input', {
      sentence: `${subjectOf(source)} is no trace of a fob.`,
      next: 'Name a file that passfob simulate --trace or --trace-file recorded.',
    });
  }
  return new FobError('bad-input', {
    sentence: `${subjectOf(source)} is damaged at byte ${at}.`,
    next: 'The lines before the damage were printed. For the rest, record the trace again.',
  });
}

/** @throws FobError `bad-input` */
async function keysOf(path: string, showsSecrets: boolean, signal: AbortSignal): Promise<TraceKeys> {
  const text = Buffer.from(await readWhole(path, TRACE_KEY_FILE_BYTES_MAX, signal)).toString('latin1');
  const keys = keysOfText(text);
  if (keys === undefined) {
    throw new FobError('bad-input', {
      sentence: `The file ${path} holds no pairing keys.`,
      next: `Write 1 to ${TRACE_KEYS_MAX} keys into it, 64 hexadecimal digits on a line each.`,
    });
  }
  return { keys, primitives: hostPrimitives, showsSecrets };
}
