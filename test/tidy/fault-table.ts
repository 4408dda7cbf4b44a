import { FAULTS } from '@passfob/simulator/faults/table';

/** The document whose table `npm run docs` makes of the envelopes of the faults. */
export const FAULTS_DOCUMENT = 'docs/simulator.md';

const BEGIN = '<!-- faults -->';
const END = '<!-- /faults -->';

/** Returns the document with the table as the code gives it. @throws without the two markers */
export function withFaultTable(document: string): string {
  const [before, rest] = document.split(BEGIN);
  const [, after] = rest?.split(END) ?? [];
  if (before === undefined || after === undefined)
    throw new Error(`${FAULTS_DOCUMENT} has no ${BEGIN} … ${END}`);
  const rows = Object.entries(FAULTS).map(
    ([name, { on, does, always, fob }]) => `| \`${name}\` | ${on} | ${does} | ${always} | ${fob} |`,
  );
  const heading = ['| fault | strikes on | and then | always | the fob |', '|---|---|---|---|---|'];
  return [before, BEGIN, '\n\n', [...heading, ...rows].join('\n'), '\n\n', END, after].join('');
}
