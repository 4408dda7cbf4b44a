import { createUser } from '@passfob/service/features/users/user-changes';
import { expect, test } from 'vitest';
import { Rig } from '../kit.ts';
import { accepted, grace } from '../users/kit.ts';
import { furnish, type Seen, signedIn, type Visitor } from './kit.ts';

/** Sends the search form of a page as a browser does: all its fields, with the typed and chosen values. */
async function search(visitor: Visitor, path: string, typed: Record<string, string>): Promise<Seen> {
  const { text } = await visitor.get(path);
  const form = /<form class="search"[^>]*action="([^"]+)">(.*?)<\/form>/s.exec(text);
  const names = [...(form?.[2] ?? '').matchAll(/ name="([^"]+)"/g)].map(([, name = '']) => name);
  for (const name of Object.keys(typed)) expect(names).toContain(name);
  return visitor.get(`${form?.[1]}?${new URLSearchParams(names.map(name => [name, typed[name] ?? '']))}`);
}

/** Returns the subjects of a list in order, from the links of its rows. */
const shownIn = ({ text }: Seen, subject: 'user' | 'serial') =>
  [
    ...(/<tbody[^>]*>(.*?)<\/tbody>/s.exec(text)?.[1] ?? '').matchAll(
      /\/(?:user|token)\?(user|serial)=([^"&]+)"/g,
    ),
  ]
    .filter(([, of]) => of === subject)
    .map(([, , name = '']) => decodeURIComponent(name.replaceAll('+', ' ')));

test('help desk finds users and tokens by any part of their names or serial numbers, page by page', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'helpdesk', rig.clock);
  const heinz = { name: 'hm2041', displayName: 'Heinz M\u00fcller', email: 'heinz@sales.example.com' };
  accepted(await createUser(office.management, grace, heinz));
  await office.token('hm2041', { serial: 'PF-2026-004217' });
  await office.token('ada', { serial: 'PF-4217-000001', label: 'VPN' });

  const users = await search(visitor, '/operator/users', { search: 'muller' });
  expect([users.status, shownIn(users, 'user')]).toEqual([200, ['hm2041']]);
  expect(users.text).toContain('Any part of name, user name or mail');
  expect(shownIn(await search(visitor, '/operator/users', { search: '@sales' }), 'user')).toEqual(['hm2041']);
  expect(
    shownIn(await search(visitor, '/operator/users', { search: 'heinz', state: 'locked' }), 'user'),
  ).toEqual([]);

  const tokens = (typed: Record<string, string>) => search(visitor, '/operator/tokens', typed);
  expect(shownIn(await tokens({ text: ' 4217 ', by: 'any' }), 'serial')).toEqual([
    'PF-2026-004217',
    'PF-4217-000001',
  ]);
  expect(shownIn(await tokens({ text: 'm\u00fcller', by: 'any' }), 'serial')).toEqual(['PF-2026-004217']);
  expect(shownIn(await tokens({ text: 'M\u00dcLLER', by: 'user' }), 'serial')).toEqual(['PF-2026-004217']);
  expect(shownIn(await tokens({ text: 'm\u00fcller', by: 'serial' }), 'serial')).toEqual([]);
  expect(shownIn(await tokens({ text: '4217', by: 'user' }), 'serial')).toEqual([]);
  expect(shownIn(await tokens({ text: 'VP', by: 'label' }), 'serial')).toEqual(['PF-4217-000001']);
  expect(shownIn(await visitor.get('/operator/tokens?text=4217'), 'serial')).toHaveLength(2);

  for (let at = 10; at < 65; at++)
    accepted(await createUser(office.management, grace, { name: `team ${at}` }));
  const first = await search(visitor, '/operator/users', { search: 'eam' });
  const next = /href="([^"]*after=[^"]*)"/.exec(first.text)?.[1]?.replaceAll('&amp;', '&') ?? '';
  expect(next).toContain('search=eam');
  const names = [first, await visitor.get(next)].flatMap(seen => shownIn(seen, 'user'));
  expect(names).toEqual(Array.from({ length: 55 }, (_, at) => `team ${at + 10}`));
});

test('the page of a user shows this user\u2019s tokens alone', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  const visitor = await signedIn(furnished, 'helpdesk', rig.clock);
  await office.token('ada', { serial: 'ADA-1' });
  await office.token('adam', { serial: 'ADAM-1' });
  const { text } = await visitor.get('/operator/user?user=ada');
  expect(text).toContain('ADA-1');
  expect(text).not.toContain('ADAM-1');
});
