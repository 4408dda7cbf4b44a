import { CARRIER_MESSAGES, type CarrierRow } from '@passfob/protocol/carrier';
import { shapeOf } from 'passfob/carrier/table';
import { tableOf } from '../../tidy/tables.ts';
import { keptCells, type MadePart, quoted } from './part.ts';

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
  if (kind.includes('|')) return quoted(kind.split('|'));
  for (const [pattern, words] of KINDS) {
    const found = pattern.exec(kind);
    if (found) return words(...found.slice(1));
  }
  throw new Error(`the table of messages has no words for the kind ${kind}`);
}

/** Every message of the carrier protocol, with its meaning in words of a person. */
function messagesTable(previous: string): string {
  const meaningOf = keptCells(previous, [4]);
  const rows = Object.entries<CarrierRow>(CARRIER_MESSAGES).map(([name, [from, , purposes]]) => {
    const fields = (shapeOf(name)?.fields ?? []).map(
      ({ name: field, isOptional, kind }) => `\`${field}\`${isOptional ? '?' : ''}: ${wordsOf(kind)}`,
    );
    const all = purposes === 'agent activation care' ? 'all' : purposes.split(' ').join(', ');
    return [`\`${name}\``, from, all, fields.join('; '), ...meaningOf(`\`${name}\``)];
  });
  return tableOf(['message', 'from', 'for', 'fields', 'meaning'], rows);
}

export const carrierParts: readonly MadePart[] = [{ name: 'carrier-messages', make: messagesTable }];
