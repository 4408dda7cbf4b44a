import type { TokenState } from '@passfob/service/base/token-states';
import { revokeToken, suspendToken } from '@passfob/service/subjects/tokens/acts';
import { tokens } from '@passfob/service/subjects/tokens/list';
import type { TokenView } from '@passfob/service/subjects/tokens/views';
import { foundIn } from '../search/kit.ts';
import { helpdesk, type Office } from '../users/kit.ts';

const USERS = ['ada', 'adele', 'bob', 'Bo', 'zoë'];
const LABELS = ['', 'a', 'ab', 'abc', 'Ab', 'ß', '\u{1f600}'];

/** 60 tokens whose users, labels and states are spread by index. */
export async function fill(office: Office): Promise<TokenView[]> {
  for (const user of USERS) await office.userId(user.toLowerCase());
  const states: TokenState[] = ['inventory', 'assigned', 'suspended', 'revoked'];
  for (let at = 0; at < 60; at++) {
    const state = states[at % 4];
    const serial = `${['F', 'FOB', 'fob'][at % 3]}-${at}`;
    await office.issue(serial, {
      label: LABELS[at % LABELS.length] ?? '',
      ...((state === 'assigned' || state === 'suspended') && { user: USERS[(at >> 1) % 5] ?? '' }),
    });
    if (state === 'revoked') await office.do(revokeToken, { serial, reason: 'lost' }, helpdesk);
    if (state !== 'suspended') continue;
    await office.set('tokens', { state: 'active' }, { serial });
    await office.do(suspendToken, { serial }, helpdesk);
  }
  return (await foundIn(office.store.db, tokens, { limit: 200 })).items as TokenView[];
}

/** Compares texts by code point, as the database does. */
export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
