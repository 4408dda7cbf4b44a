import type { Progress } from '../../commands/context.ts';
import { PROGRESS_BAR_CHARS, PROGRESS_LINE_INTERVAL_MS, TIME_LEFT_AFTER_MS } from '../../limits.ts';
import { progressText } from './report.ts';
import type { Terminal } from './terminal.ts';

/** Estimates the remaining time from the pace so far. */
export class TimeLeft {
  private readonly now: () => number;
  private readonly beganMs: number;
  private readonly before: number;

  /**
   * @param now a clock that never goes back, ms
   * @param before what was done already
   */
  constructor(now: () => number, before = 0) {
    this.now = now;
    this.before = before;
    this.beganMs = now();
  }

  /** Formats `about 20 s left`; empty while there is no pace to go by, and at the end. */
  text(done: number, total: number): string {
    const elapsedMs = this.now() - this.beganMs;
    const made = done - this.before;
    if (made <= 0 || done >= total || elapsedMs < TIME_LEFT_AFTER_MS) return '';
    return `about ${durationText((elapsedMs * (total - done)) / made)} left`;
  }
}

function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 100) return `${seconds} s`;
  const minutes = Math.ceil(seconds / 60);
  return minutes < 100 ? `${minutes} min` : `${Math.ceil(minutes / 60)} h`;
}

export function bar(done: number, total: number): string {
  const full = Math.floor((PROGRESS_BAR_CHARS * done) / Math.max(1, total));
  return `[${'#'.repeat(full)}${'.'.repeat(PROGRESS_BAR_CHARS - full)}]`;
}

/** Shows the progress of a command. */
export interface ProgressScreen {
  report(progress: Progress): void;
  /** Removes the status line. */
  end(): void;
}

/** How much is done, for events that say so. */
interface Amount {
  readonly done: number;
  readonly total: number;
  readonly unit: string;
}

function amountOf(progress: Progress): Amount | undefined {
  if (progress.event === 'advanced') return progress;
  if (progress.event !== 'uploading' && progress.event !== 'espruino-copying') return undefined;
  return { done: progress.bytesDone, total: progress.bytesTotal, unit: 'bytes' };
}

/**
 * Prints events as lines on standard error. On a terminal a status line below them shows how much is done and the time
 * left; elsewhere lines say so from time to time.
 */
export function progressScreen(terminal: Terminal, isJson: boolean, now: () => number): ProgressScreen {
  const { stderr, environment } = terminal;
  const isTerminal = 'isTTY' in stderr && stderr.isTTY === true && environment.TERM !== 'dumb';
  return isTerminal && !isJson ? statusLine(terminal, now) : plainLines(terminal, now);
}

function plainLines(terminal: Terminal, now: () => number): ProgressScreen {
  let left: TimeLeft | undefined;
  let saidMs = now();
  return {
    report(progress) {
      const amount = amountOf(progress);
      left ??= amount && new TimeLeft(now, amount.done);
      const time = amount === undefined ? '' : (left?.text(amount.done, amount.total) ?? '');
      // Other events of the same work have a line for each step already.
      if (progress.event === 'advanced' && (time === '' || now() - saidMs < PROGRESS_LINE_INTERVAL_MS))
        return;
      saidMs = now();
      terminal.note(`${progressText(progress)}${time === '' ? '' : ` ${capitalised(time)}.`}\n`);
    },
    end: () => undefined,
  };
}

const CLEAR_LINE = '\r\u001b[K';

function statusLine(terminal: Terminal, now: () => number): ProgressScreen {
  let left: TimeLeft | undefined;
  let shown = '';
  return {
    report(progress) {
      const amount = amountOf(progress);
      if (amount === undefined) {
        terminal.note(`${shown === '' ? '' : CLEAR_LINE}${progressText(progress)}\n${shown}`);
        return;
      }
      left ??= new TimeLeft(now, amount.done);
      shown = fitting(amount, left.text(amount.done, amount.total), columnsOf(terminal));
      terminal.note(`${CLEAR_LINE}${shown}`);
    },
    end() {
      if (shown !== '') terminal.note(CLEAR_LINE);
      shown = '';
    },
  };
}

/** The longest form that fits in one line, because a line that breaks cannot be drawn again. */
function fitting({ done, total, unit }: Amount, time: string, columns: number): string {
  const behind = time === '' ? '' : `, ${time}`;
  const forms = [
    `${bar(done, total)} ${done} of ${total} ${unit}${behind}`,
    `${done} of ${total} ${unit}${behind}`,
    `${done} of ${total}${behind}`,
    `${done} of ${total}`,
  ];
  return forms.find(form => form.length < columns) ?? '';
}

function columnsOf({ stderr }: Terminal): number {
  return 'columns' in stderr && typeof stderr.columns === 'number' && stderr.columns > 0
    ? stderr.columns
    : Number.POSITIVE_INFINITY;
}

function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
