import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { testOfConsole as it, type Seen, type Visitor } from '../console/kit.ts';
import { fillWorld } from '../console/world.ts';
import type { Office } from '../users/kit.ts';

/** `PASSFOB_UPDATE_GOLDEN=1` writes what the console shows now; review it before a commit. */
const GOLDEN = join(import.meta.dirname, 'console.txt');
/** Their forms would end the recording, or belong to other tests: they send files, or nothing typed can refuse them. */
const UNSENT = /^\/operator\/(?:leave|import|prove)/;

it('each page of the console, and each form that is refused, looks as recorded', async service => {
  await fillWorld(service);
  // Nothing is sent or done meanwhile.
  await service.office.set('mails', { due_ms: Number.MAX_SAFE_INTEGER }, { state: 'waiting' });
  await service.office.set('jobs', { state: 'paused' }, { state: 'queued' });
  const visitor = await service.signedIn('admin');
  const record: string[] = [];
  const seen = new Set<string>();
  const open = ['/operator', '/operator/setup'];
  for (let next = open.shift(); next !== undefined; next = open.shift()) {
    const path = next.split('?')[0] ?? '';
    if (seen.has(path)) continue;
    seen.add(path);
    const page = await visitor.get(next);
    record.push(...shown(`GET ${next}`, page));
    open.push(...linksOf(page.text));
    if (next.includes('?')) record.push(...shown(`GET ${path}?nothing`, await nothingOf(visitor, next)));
    for (const form of formsOf(page.text))
      if (!UNSENT.test(form.path)) record.push(...shown(`POST ${form.path}`, await send(visitor, form)));
  }
  record.push('\n## the audit', ...(await auditOf(service.office)));
  const text = `${steady(record.join('\n'))}\n`;
  if (process.env.PASSFOB_UPDATE_GOLDEN === '1') writeFileSync(GOLDEN, text);
  expect(text).toBe(readFileSync(GOLDEN, 'utf8'));
});

/** Every act of the world and of the forms, without times and MACs. */
async function auditOf({ store }: Office): Promise<string[]> {
  const rows = await store.db.selectFrom('audit').selectAll().orderBy('id').execute();
  return rows.map(({ actor, role, action, subject_kind, subject_id, subject, detail }) =>
    JSON.stringify([actor, role, action, subject_kind, subject_id, subject, JSON.parse(detail)]),
  );
}

/** The same page about an item that does not exist. */
function nothingOf(visitor: Visitor, address: string): Promise<Seen> {
  return visitor.get(address.replaceAll(/=[^&]*/g, '=nothing'));
}

interface Form {
  readonly path: string;
  readonly fields: Readonly<Record<string, string>>;
}

/** The forms of a page that are refused without a value: each has a field that must be filled, or a choice. */
function formsOf(html: string): Form[] {
  const forms = [...html.matchAll(/<form class="form" method="post" action="([^"]+)"[^>]*>(.*?)<\/form>/gs)];
  return forms.flatMap(([, path = '', body = '']) => {
    const inputs = [...body.matchAll(/<(input|select|textarea)([^>]*) name="([^"]+)"([^>]*)>/g)];
    const isRefused = inputs.some(
      ([, tag, before, , after]) => tag === 'select' || `${before}${after}`.includes(' required'),
    );
    const fields = inputs.map(([, tag, before = '', name = '', after = '']) => {
      const isHidden = `${before}${after}`.includes('type="hidden"');
      const [, value = ''] = isHidden ? (/value="([^"]*)"/.exec(after) ?? []) : [];
      return [name, tag === 'select' ? 'nothing' : value] as const;
    });
    return isRefused ? [{ path, fields: Object.fromEntries(fields) }] : [];
  });
}

function send(visitor: Visitor, { path, fields: { csrf: _csrf, ...fields } }: Form): Promise<Seen> {
  return visitor.send(path, fields);
}

function linksOf(html: string): string[] {
  return [...html.matchAll(/href="(\/operator[^"#]*)"/g)].map(([, href = '']) =>
    href.replaceAll('&amp;', '&'),
  );
}

function shown(title: string, { status, text, location }: Seen): string[] {
  const [, heading = ''] = /<title>(.*?)<\/title>/s.exec(text) ?? [];
  const [, main = ''] = /<main[^>]*>(.*)<\/main>/s.exec(text) ?? [];
  const lines = main
    .replaceAll('><', '>\n<')
    .split('\n')
    .map(line => line.trim());
  return [`\n## ${title}: ${status} ${location ?? heading}`, ...lines.filter(line => line !== '')];
}

/** Replaces what is drawn anew in each run, by numbers in the order of first appearance. */
function steady(text: string): string {
  const names = new Map<string, string>();
  const numbered = (kind: string) => (value: string) => {
    const name = names.get(value) ?? `${kind}-${names.size + 1}`;
    names.set(value, name);
    return name;
  };
  return text
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}/g, numbered('ID'))
    .replaceAll(/\b(?:FOB|PF)-[0-9a-f]{8}\b/g, numbered('FOB'))
    .replaceAll(/(?<=name="csrf" value=")[^"]+/g, 'CSRF')
    .replaceAll(/(?<=\bnumber(?: |":))\d\d?\b/g, 'NN')
    .replaceAll(/127\.0\.0\.1:\d+/g, 'HOST');
}
