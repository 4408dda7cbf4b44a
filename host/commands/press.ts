import type { Context, PressPurpose } from './context.ts';

/** Options of a call, as `CallOptions` describes them. */
interface PressOptions {
  readonly signal: AbortSignal | undefined;
  readonly onPressNeeded: () => void;
  readonly onPressAwaited: () => void;
}

/**
 * Returns the options of a call that the person at the fob must approve: they report that the fob asks, and that it
 * still waits.
 * @param number two digits that the fob shows as well
 */
export function withPress(
  { report, signal }: Pick<Context, 'report' | 'signal'>,
  serial: string,
  purpose: PressPurpose,
  number?: string,
): PressOptions {
  return {
    signal,
    onPressNeeded: () => report({ event: 'press-needed', serial, purpose, number }),
    onPressAwaited: () => report({ event: 'press-awaited', serial }),
  };
}
