import type { TokenState } from '@passfob/service/base/token-states';
import { revokeToken, suspendToken } from '@passfob/service/features/tokens/moves';
import { searchTokens, type TokenQuery } from '@passfob/service/features/tokens/search';
import type { TokenView } from '@passfob/service/features/tokens/views';
import { expect } from 'vitest';
import { type Helpdesk, helpdesk, must } from './helpdesk.ts';

const USERS = ['ada', 'adele', 'bob', 'Bo', 'zoë'];
const LABELS = ['', 'a', 'ab', 'abc', 'Ab', 'ß', '\u{1f600}'];

/** 60 tokens whose users, labels and states are spread by index. */
export async function fill(rig: Helpdesk): Promise<TokenView[]> {
  for (const user of USERS) await rig.user(user.toLowerCase());
  const states: TokenState[] = ['inventory', 'assigned', 'suspended', 'revoked'];
  for (let at = 0; at < 60; at++) {
    const state = states[at % 4];
    const serial = `${['F', 'FOB', 'fob'][at % 3]}-${at}`;
    await rig.issue(serial, {
      label: LABELS[at % LABELS.length] ?? '',
      ...((state === 'assigned' || state === 'suspended') && { user: USERS[(at >> 1) % 5] ?? '' }),
    });
    if (state === 'revoked') must(await revokeToken(rig.management, helpdesk, { serial, reason: 'lost' }));
    if (state !== 'suspended') continue;
    await rig.store.db.updateTable('tokens').set({ state: 'active' }).where('serial', '=', serial).execute();
    must(await suspendToken(rig.management, helpdesk, { serial }));
  }
  return pages(rig, { rows: 200 });
}

/** Returns all pages of a search, one after the other. */
export async function pages(rig: Helpdesk, query: TokenQuery): Promise<TokenView[]> {
  const all: TokenView[] = [];
  let after: string | null | undefined;
  for (let turn = 0; turn < 200 && after !== null; turn++) {
    const page = must(await searchTokens(rig.store.db, { ...query, ...(after !== undefined && { after }) }));
    expect(page.tokens.length).toBeLessThanOrEqual(query.rows ?? 50);
    all.push(...page.tokens);
    after = page.next;
  }
  expect(after).toBeNull();
  return all;
}

/** Compares texts by code point, as the database does. */
export function byBytes(one: string, other: string): number {
  return Buffer.compare(Buffer.from(one), Buffer.from(other));
}
