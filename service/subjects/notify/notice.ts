import type { AlertKind } from '../../base/kinds.ts';
import { texts } from '../../base/texts/texts.ts';

/** One message to one channel: facts, and texts made of them. */
export interface Notice {
  /** The same for every attempt of one delivery, so that receivers recognise repeats. */
  readonly id: string;
  readonly kind: AlertKind | 'test';
  readonly alertId: number | null;
  readonly count: number;
  readonly user: string | null;
  readonly serial: string | null;
  /** The fob's serial number, for an alert about a fob. */
  readonly fob: string | null;
  readonly source: string | null;
  /** Milliseconds since 1970. */
  readonly atMs: number;
  readonly firstUseMs: number | null;
  readonly firstUseSource: string | null;
}

/** Sends a notice; its secret is bound. Rejects with a `SendError` whose text holds no secret. */
export type SendNotice = (notice: Notice, signal: AbortSignal) => Promise<void>;

/** Why a message was not sent, in a few words for operators: never the peer's response, which may repeat a secret. */
export class SendError extends Error {
  override readonly name = 'SendError';
}

/** Returns the title as one line without control characters. */
export function titleOf(notice: Notice): string {
  return plain(texts.records.notices.title(texts.records.notices.kinds[notice.kind], notice.count));
}

/** Returns the facts of a notice with their labels, in reading order. */
export function factsOf(notice: Notice): [label: string, value: string][] {
  const { labels } = texts.records.notices;
  const facts: [string, string | null][] = [
    [labels.what, texts.records.notices.kinds[notice.kind]],
    [labels.user, notice.user],
    [labels.serial, notice.serial],
    [labels.fob, notice.fob],
    [labels.source, notice.source],
    [labels.at, timeOf(notice.atMs)],
    [labels.firstUse, notice.firstUseMs === null ? null : timeOf(notice.firstUseMs)],
    [labels.firstUseSource, notice.firstUseSource],
    [labels.count, String(notice.count)],
  ];
  return facts.flatMap(([label, value]) => (value === null ? [] : [[label, plain(value)]]));
}

/** RFC 3339, in UTC. */
export function timeOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Returns typed text as one line that no terminal, header or log interprets. */
export function plain(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, ' ');
}
