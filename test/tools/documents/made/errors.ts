import { REFUSALS, type RefusalName } from '@passfob/protocol/refusals';
import type { RefusalCode } from '@passfob/service/base/results';
import { apiTexts } from '@passfob/service/base/texts/api';
import { refusalStatuses } from '@passfob/service/base/texts/refusals';
import { texts } from '@passfob/service/base/texts/texts';
import { mayRetry, problemCodes, statusOf } from '@passfob/service/http/web/problems';
import { EXIT_CODES, exitCodeOf } from 'passfob/cli/base/exit-codes';
import { type ErrorKind, FobError, refusalError } from 'passfob/errors';
import { TEXTS } from 'passfob/texts';
import { tableOf } from '../../tidy/tables.ts';
import type { MadePart } from './part.ts';

const cell = (text: string): string => text.replaceAll('<', '&lt;');
const anchored = (anchor: string, text: string): string => `<a id="${anchor}"></a>${text}`;
const linked = (anchor: string, name: string): string => `[\`${name}\`](#${anchor})`;

const kinds = Object.keys(TEXTS) as Exclude<ErrorKind, 'refused'>[];
const refusals = Object.keys(REFUSALS) as RefusalName[];
const exitOfKind = (kind: ErrorKind): number => exitCodeOf(new FobError(kind));
const exitOfRefusal = (name: RefusalName): number => exitCodeOf(refusalError(REFUSALS[name].code));

/** Every exit code, with the errors and the fob's refusals that end with it. */
function exitCodes(): string {
  const rows = Object.entries(EXIT_CODES).map(([name, { code, meaning }]) => {
    const errors = kinds.filter(kind => exitOfKind(kind) === code).map(kind => linked(`error-${kind}`, kind));
    const byFob = refusals
      .filter(refusal => exitOfRefusal(refusal) === code)
      .map(refusal => linked(`refusal-${refusal}`, refusal));
    const others = name === 'refused' ? ['[refusals of the fob](#refusals-of-the-fob)'] : byFob;
    return [
      anchored(`exit-${code}`, String(code)),
      `\`${name}\``,
      meaning,
      [...errors, ...others].join(', '),
    ];
  });
  return tableOf(['code', 'name', 'meaning', 'by these errors and refusals'], rows);
}

/** Every kind of error of the command line. */
function hostErrors(): string {
  const rows = kinds.map(kind => {
    const { sentence, next } = TEXTS[kind];
    const code = exitOfKind(kind);
    const texts = [sentence.replace('{subject}', '…'), next].map(cell);
    return [anchored(`error-${kind}`, `\`${kind}\``), `[${code}](#exit-${code})`, ...texts];
  });
  return tableOf(['error', 'exit code', 'what happened', 'what to do'], rows);
}

/** Every refusal of a fob. */
function fobRefusals(): string {
  const rows = refusals.map(name => {
    const { code, meaning, next, retry } = REFUSALS[name];
    const exit = exitOfRefusal(name);
    const codes = [String(code), `[${exit}](#exit-${exit})`];
    return [anchored(`refusal-${name}`, `\`${name}\``), ...codes, cell(meaning), cell(next), retry];
  });
  return tableOf(['refusal', 'number', 'exit code', 'what happened', 'what to do', 'ask again'], rows);
}

/** Every problem of the service that is about a request as such. */
function serviceProblems(): string {
  const rows = problemCodes.map(code => {
    const { title, detail } = texts.problems[code];
    const again = mayRetry(code) ? 'later' : 'never';
    return [anchored(`problem-${code}`, `\`${code}\``), String(statusOf(code)), title, cell(detail), again];
  });
  return tableOf(['code', 'status', 'title', 'when, and what to do', 'ask again'], rows);
}

/** Every reason for which the service changes nothing. */
function serviceRefusals(): string {
  const rows = (Object.keys(refusalStatuses) as RefusalCode[]).map(code => {
    const status = refusalStatuses[code];
    const title = apiTexts.refusedTitles[status];
    return [anchored(`problem-${code}`, `\`${code}\``), String(status), title, cell(texts.refusals[code])];
  });
  return tableOf(['code', 'status', 'title', 'when, and what to do'], rows);
}

export const errorParts: readonly MadePart[] = [
  { name: 'exit-codes', make: exitCodes },
  { name: 'host-errors', make: hostErrors },
  { name: 'fob-refusals', make: fobRefusals },
  { name: 'service-problems', make: serviceProblems },
  { name: 'service-refusals', make: serviceRefusals },
];
