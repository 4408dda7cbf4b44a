import { CARRIER_MESSAGES, type CarrierRow } from '@passfob/protocol/carrier';
import { shapeOf } from 'passfob/carrier/table';
import { tableAfter } from './tables.ts';

/** The document with the table of messages, which `npm run docs` makes from the protocol. */
export const CARRIER_DOCUMENT = 'docs/carrier.md';
const MARKER = '<!-- carrier-messages -->';

const KINDS: readonly (readonly [RegExp, (...numbers: string[]) => string])[] = [
  [/^=(\d+)$/, number => number],
  [/^b(\d+)$/, size => `${size} bytes`],
  [/^n(\d+)$/, most => `0 to ${most}`],
  [/^n$/, () => 'whole number'],
  [/^t(\d+)$/, most => `text, ${most}`],
  [/^s(\d+)$/, most => `shown, ${most}`],
  [/^w(\d+)$/, most => `characters 0 to 255, ${most}`],
  [/^a(\d+)$/, most => `lower-case letters, ${most}`],
  [/^flag$/, () => '`true`, `false`'],
  [/^l(\d+)s(\d+)$/, (many, most) => `${many} shown, ${most} each`],
];

/** Returns a kind of field in words. @throws for one that this table does not know */
function wordsOf(kind: string): string {
  if (kind.includes('|'))
    return kind
      .split('|')
      .map(word => `\`${word}\``)
      .join(', ');
  for (const [pattern, words] of KINDS) {
    const found = pattern.exec(kind);
    if (found) return words(...found.slice(1));
  }
  throw new Error(`${CARRIER_DOCUMENT} has no words for the kind ${kind}`);
}

/** The messages that the document does not explain. */
export function unexplainedMessages(document: string): string[] {
  const rows = tableAfter('carrier-messages', document) ?? [];
  return rows.filter(([, , , , meaning = '']) => meaning === '').map(([name = '']) => name);
}

/** Returns the document with the table as the protocol gives it; its last column is written by hand, and kept. */
export function withCarrierTable(document: string): string {
  const meanings = new Map(
    (tableAfter('carrier-messages', document) ?? []).map(([name = '', , , , meaning = '']) => [
      name,
      meaning,
    ]),
  );
  const rows = Object.entries<CarrierRow>(CARRIER_MESSAGES).map(([name, [from, , purposes]]) => {
    const fields = (shapeOf(name)?.fields ?? []).map(
      ({ name: field, isOptional, kind }) => `\`${field}\`${isOptional ? '?' : ''}: ${wordsOf(kind)}`,
    );
    const isForAll = purposes === 'agent activation care';
    const cells = [`\`${name}\``, from, isForAll ? 'all' : purposes.split(' ').join(', '), fields.join('; ')];
    return `| ${[...cells, meanings.get(`\`${name}\``) ?? ''].join(' | ')} |`;
  });
  const start = document.indexOf(MARKER);
  if (start < 0) throw new Error(`${CARRIER_DOCUMENT} has no ${MARKER}`);
  const lines = document.slice(start).split('\n');
  const from = lines.findIndex(line => line.startsWith('|'));
  const end = lines.findIndex((line, at) => at > from && !line.startsWith('|'));
  const heading = ['| message | from | for | fields | meaning |', '| --- | --- | --- | --- | --- |'];
  return [
    document.slice(0, start) + lines.slice(0, from).join('\n'),
    ...heading,
    ...rows,
    ...lines.slice(end),
  ].join('\n');
}
