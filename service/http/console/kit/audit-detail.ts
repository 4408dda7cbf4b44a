import { html, type Markup, nothing } from '../../../base/html.ts';
import { consoleTexts } from '../../../base/texts/console.ts';
import { texts } from '../../../base/texts/texts.ts';
import { moment } from '../../web/parts.ts';

const { detailNames, duration } = consoleTexts.audit;

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** ECMA-262 §21.4.1.1: no `Date` is further from 1970. */
const TIME_MAX_MS = 8.64e15;

/** How the numbers of details are shown that are no plain counts, by their stored name. */
const formats: Readonly<Record<keyof typeof detailNames, (value: number) => Markup | string>> = {
  expiresMs: timeOf,
  createdMs: timeOf,
  beforeMs: timeOf,
  lockPeriodMs: durationText,
  lockPeriodMsBefore: durationText,
  driftSteps: texts.operator.steps,
};

/** Returns a detail in one line: `from active, to suspended`. A name that is not known here is shown as it is stored. Null if it is empty. */
export function detailMarkup(detail: Readonly<Record<string, unknown>>): Markup | null {
  const shown = Object.entries(detail).filter(([, value]) => value !== null && value !== '');
  if (shown.length === 0) return null;
  return html`${shown.map((fact, index) => html`${index === 0 ? nothing : ', '}${factMarkup(fact)}`)}`;
}

/** A tampered row may hold any value, also under a known name. */
function factMarkup([name, value]: readonly [string, unknown]): Markup {
  if (!isFormatted(name) || !Number.isSafeInteger(value)) return html`${name} ${String(value)}`;
  return html`${detailNames[name]} ${formats[name](value as number)}`;
}

function isFormatted(name: string): name is keyof typeof formats {
  return Object.hasOwn(formats, name);
}

function timeOf(ms: number): Markup | string {
  return Math.abs(ms) > TIME_MAX_MS ? String(ms) : html`${moment(ms)} UTC`;
}

/** Returns a duration in whole units: `1 hour 30 minutes`. */
function durationText(ms: number): string {
  const units: readonly [number, (count: number) => string][] = [
    [DAY_MS, duration.days],
    [HOUR_MS, duration.hours],
    [MINUTE_MS, duration.minutes],
    [1000, duration.seconds],
    [1, duration.milliseconds],
  ];
  let left = ms;
  const parts = units.flatMap(([unitMs, words]) => {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    return count > 0 ? [words(count)] : [];
  });
  return ms <= 0 ? duration.milliseconds(ms) : parts.join(' ');
}
