import { type Draft, enrolmentOf } from '../base/draft.ts';
import { checkedRow, type ImportRow, readRows } from '../base/row.ts';
import type { Work } from '../base/work.ts';
import { isObject, type Json } from './json.ts';

/**
 * Reads the entries of an app's export.
 * @param what a word for one of them, in messages
 * @param draftOf makes the account of an entry, whose fields may be missing or of any type
 * @throws FobError `bad-input` for too many rows, `cancelled`
 */
export function readEntries(
  entries: readonly unknown[],
  what: string,
  work: Work,
  draftOf: (entry: Json) => Draft,
): Promise<ImportRow[]> {
  return readRows(entries, work, (entry, at) => {
    const draft = draftOf(isObject(entry) ? entry : {});
    return checkedRow(`${what} ${at + 1}`, draft, () => enrolmentOf(draft));
  });
}
