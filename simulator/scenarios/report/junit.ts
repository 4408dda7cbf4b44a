import { htmlEscape } from '../../third-party/html-escape.ts';
import { type FileResult, failureLines } from './plain-text.ts';

/** XML 1.0 has no other control characters, not even escaped. */
const NOT_IN_XML = /[^\t\n\r\x20-\ufffd\u{10000}-\u{10ffff}]/gu;
const text = (raw: string) => htmlEscape(raw.replaceAll(NOT_IN_XML, '?'));

function testCase({ file, result, unreadable, ms }: FileResult): string {
  const name = text(result?.title ?? 'can be read');
  const head = `<testcase classname="${text(file)}" name="${name}" time="${(ms / 1000).toFixed(3)}">`;
  const failure = result?.failure;
  const [kind, first, body] =
    unreadable !== undefined
      ? ['error', unreadable.sentence, `${file}:${unreadable.line}:${unreadable.column}`]
      : ['failure', failure?.sentence ?? '', failure ? failureLines(file, failure).join('\n') : ''];
  const isGood = unreadable === undefined && failure === undefined;
  return `    ${head}${isGood ? '' : `<${kind} message="${text(first)}">${text(body)}</${kind}>`}</testcase>`;
}

/** Returns a report in the XML of JUnit, as CI systems show it. */
export function junit(results: readonly FileResult[]): string {
  const failures = results.filter(({ result }) => result?.passed === false).length;
  const errors = results.filter(({ unreadable }) => unreadable !== undefined).length;
  const seconds = results.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const counts = `tests="${results.length}" failures="${failures}" errors="${errors}" time="${seconds.toFixed(3)}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${counts}>`,
    `  <testsuite name="passfob scenarios" ${counts}>`,
    ...results.map(testCase),
    '  </testsuite>',
    '</testsuites>',
    '',
  ].join('\n');
}
