import { badInput } from '../../enrol/enrolment.ts';
import { HEAD_BYTES_MAX } from './limits.ts';
import type { SourceFile } from './row.ts';

/** A kind of document that people name by mistake. */
interface Look {
  /** After "it looks like". */
  readonly kind: string;
  /** Whether the document is of this kind. @param lines without those that are empty */
  readonly fits: (text: string, lines: readonly string[]) => boolean;
}

/** Whether at least `count` lines have this form. */
const has = (lines: readonly string[], form: RegExp, count: number) =>
  lines.filter(line => form.test(line)).length >= count;
const isMostly = (lines: readonly string[], form: RegExp) => has(lines, form, Math.ceil(lines.length / 2));

const CODE =
  /^\s*(?:import\b|from \S+ import\b|export\b|(?:const|let|var|function|class|def|package|namespace|using|public|private|static|struct|impl|fn|module|interface|type) [\w{*[]|#include\b|#define\b|return\b|if ?\(|for ?\(|\}|\/\/|\/\*)/;
const BEGINS_CODE = /^\s*(?:<\?php|[!(;]*function\b|["']use strict["'])/;
const MARKDOWN_LINE = /^#{1,6} \S|^```|\]\([^)]+\)|^\s*(?:[*+-]|\d+\.) \S|^\|.*\|$|^>\s|\*\*\S/;
const TIMED =
  /^\[?\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d|^[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d |^\S+ \S+ \S+ \[\d\d\/[A-Z][a-z]{2}\/\d{4}|^\[[ \d]+\.\d+\]|"(?:time|ts|timestamp)":/;

/** A document that may begin like XML. */
export const MARKDOWN = 'a Markdown document';

/** In this order: the first that fits. */
const LOOKS: readonly Look[] = [
  { kind: 'a script', fits: text => /^#!/.test(text) },
  { kind: 'a patch', fits: text => /^diff --git |^--- \S.*\r?\n\+\+\+ \S/m.test(text) },
  { kind: 'the log of a version control system', fits: text => /^commit [0-9a-f]{40}\b/m.test(text) },
  {
    kind: 'a list of the users or groups of a computer',
    fits: (_, lines) => isMostly(lines, /^[\w.@+-]+:[^:]*:\d*:[^:]*(?::[^:]*)*$/),
  },
  {
    kind: 'a list of checksums',
    fits: (_, lines) => isMostly(lines, /^[0-9a-f]{32,128} [ *]\S|^[A-Z0-9]+ \([^)]+\) = [0-9a-f]{32,}/i),
  },
  {
    kind: 'a mail',
    fits: (_, lines) =>
      has(
        lines.slice(0, 12),
        /^(?:From|To|Date|Subject|Received|Return-Path|Message-ID|MIME-Version):? \S/i,
        3,
      ),
  },
  { kind: 'a log', fits: (_, lines) => isMostly(lines, TIMED) },
  {
    kind: MARKDOWN,
    fits: (text, lines) => /^(?:#{1,3} \S.*|<[^>\n]+>)\r?\n\r?\n/.test(text) && has(lines, MARKDOWN_LINE, 2),
  },
  {
    kind: 'SQL',
    fits: (_, lines) => has(lines, /^(?:CREATE (?:TABLE|INDEX)|INSERT INTO|SELECT .* FROM)\b/i, 1),
  },
  { kind: 'source code', fits: (text, lines) => BEGINS_CODE.test(text) || has(lines, CODE, 3) },
  { kind: 'source code', fits: (_, lines) => has(lines, /\{\s*$/, 1) && isMostly(lines, /[;{},]\s*$/) },
  {
    kind: 'the settings of a program',
    fits: (_, lines) => has(lines, /^\s*\[[^\]]+\]\s*$/, 1) && has(lines, /^\s*[\w.-]+\s*=/, 1),
  },
  { kind: 'the settings of a program', fits: (_, lines) => isMostly(lines, /^\s*(?:export )?[\w.-]+\s*=/) },
  { kind: 'the settings of a program', fits: (_, lines) => isMostly(lines, /^\s*(?:- )?[\w.-]+:(?: |$)/) },
  { kind: MARKDOWN, fits: (_, lines) => has(lines, MARKDOWN_LINE, 2) },
];

/** Describes a text that is no export, after "it looks like"; undefined if nothing stands out. */
export function documentLook(text: string): string | undefined {
  const head = text.slice(0, HEAD_BYTES_MAX);
  const lines = head.split(/\r\n|\r|\n/).filter(line => line.trim() !== '');
  return LOOKS.find(({ fits }) => fits(head, lines))?.kind;
}

/**
 * Makes the error for a file that holds no accounts in a known form. It quotes nothing of the file.
 * @param looks after "it looks like"
 */
export function notAccounts(
  { bytes: { length } }: Pick<SourceFile, 'bytes'>,
  looks: string,
  next = 'Name a file that a program has exported. If it is one, say whose with --format; passfob import --help lists them.',
): Error {
  const size = `${length} ${length === 1 ? 'byte' : 'bytes'}`;
  return badInput(
    `The file does not look like an export of accounts; it looks like ${looks} (${size}).`,
    next,
  );
}
