const DAY_MS = 86_400_000;

/** A day of UTC: its first millisecond and the one after its last. */
export interface Day {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Reads a day as `2026-01-31`; undefined for other text and for days that no month has. */
export function readDay(text: string): Day | undefined {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return undefined;
  const fromMs = Date.parse(`${text}T00:00:00Z`);
  if (Number.isNaN(fromMs) || new Date(fromMs).toISOString().slice(0, 10) !== text) return undefined;
  return { fromMs, toMs: fromMs + DAY_MS };
}
