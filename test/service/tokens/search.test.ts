import type { TokenState } from '@passfob/service/base/token-states';
import { searchTokens } from '@passfob/service/features/tokens/search';
import type { TokenView } from '@passfob/service/features/tokens/views';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { codeOf, Desk, must } from './desk.ts';
import { byBytes, fill, pages } from './filled.ts';

test('property: the pages of every search are the matching tokens, each once, in order', async () => {
  await using rig = await Desk.open();
  const everything = await fill(rig);
  expect(everything).toHaveLength(60);
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('serial', 'user', 'label'),
      fc.constantFrom('', 'F', 'FOB-1', 'fob', 'a', 'ab', 'AD', 'b', 'zo', 'ß', '\u{1f600}', 'nothing'),
      fc.option(fc.constantFrom<TokenState>('inventory', 'assigned', 'suspended', 'revoked', 'active')),
      fc.integer({ min: 1, max: 30 }),
      async (by, text, state, rows) => {
        const found = await pages(rig, { by, text, rows, ...(state !== null && { state }) });
        const keyOf = (token: TokenView) => (by === 'user' ? token.user : token[by]);
        const prefix = by === 'user' ? text.toLowerCase() : text;
        const expected = everything
          .filter(token => keyOf(token)?.startsWith(prefix) && (state === null || token.state === state))
          .sort(
            (one, other) =>
              byBytes(keyOf(one) ?? '', keyOf(other) ?? '') || byBytes(one.serial, other.serial),
          );
        expect(found.map(({ serial }) => serial)).toEqual(expected.map(({ serial }) => serial));
      },
    ),
    { numRuns: 150 },
  );
});

test('tokens that come or go between two pages shift no others', async () => {
  await using rig = await Desk.open();
  for (const serial of ['A', 'C', 'E', 'G']) await rig.issue(serial);
  const first = must(await searchTokens(rig.store.db, { rows: 2 }));
  expect(first.tokens.map(({ serial }) => serial)).toEqual(['A', 'C']);
  await rig.issue('B');
  await rig.issue('D');
  const second = must(await searchTokens(rig.store.db, { rows: 2, after: first.next ?? '' }));
  expect(second.tokens.map(({ serial }) => serial)).toEqual(['D', 'E']);
});

test('a query that is out of bounds, and a mark that is none, are refused', async () => {
  await using rig = await Desk.open();
  const { db } = rig.store;
  for (const query of [{ rows: 0 }, { rows: 201 }, { rows: 1.5 }, { text: 'x'.repeat(129) }])
    expect(codeOf(await searchTokens(db, query))).toBe('bad_query');
  for (const after of ['', 'x', Buffer.from('[1,2]').toString('base64url'), 'A'.repeat(2000)])
    expect(codeOf(await searchTokens(db, { after }))).toBe('bad_cursor');
});
