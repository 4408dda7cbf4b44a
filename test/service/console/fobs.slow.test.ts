import { accessLimits } from '@passfob/service/base/limits/access';
import { careTexts } from '@passfob/service/base/texts/care';
import { consoleTexts } from '@passfob/service/base/texts/console';
import { texts } from '@passfob/service/base/texts/texts';
import { fobSecretsOf } from '@passfob/service/subjects/tokens/fobs';
import { openInventoryFile } from '@passfob/service/subjects/tokens/import/from-inventory';
import { expect, test } from 'vitest';
import { secret } from '../../kit/secrets.ts';
import { rowIn } from '../kit/rows.ts';
import { type Furnished, furnished, type Visitor } from './kit.ts';
import { fillWorld } from './world.ts';

const text = consoleTexts.fob;

async function visited<T>(work: (visitor: Visitor, service: Furnished) => Promise<T>): Promise<T> {
  await using service = await furnished();
  await fillWorld(service);
  return await work(await service.signedIn('admin'), service);
}

/** Returns the ids of a fob's open tasks, by kind. */
async function openTasks({ office }: Furnished, serial: string): Promise<Map<string, string>> {
  const { id: fob_id } = await office.row('fobs', { serial });
  const rows = await office.rows('fob_tasks', { fob_id, state: 'waiting' });
  return new Map(rows.map(({ id, kind }) => [kind, id]));
}

/** Returns the text of a page without markup. */
function plain(markup: string): string {
  return markup.replace(/<[^>]*>/g, ' ').replace(/\s+/g, ' ');
}

test('the page of a fob tells its facts, health, accounts, tasks and history in words', () =>
  visited(async visitor => {
    const seen = await visitor.get('/operator/fob?serial=PF-1');
    expect(seen.status).toBe(200);
    const words = plain(seen.text);
    for (const part of [
      'by an agent, &lt;b&gt;192.0.2.7&lt;/b&gt;',
      'Its battery is at 12 %. Have the battery charged or replaced.',
      'Its clock is 5 s ahead.',
      'Set, at least 6 digits, locked, 2 of 10 attempts failed',
      '&lt;u&gt;ACME&lt;/u&gt;: old &amp; odd',
      text.unexplained,
      text.damaged,
      text.tokensLead,
      text.accountsLead,
      careTexts.kinds['pin-reset'],
      careTexts.causes.asked,
      text.hold,
      text.taskStates.cancelled,
      'fob.reset-pin',
    ])
      expect(words).toContain(part);
    expect(seen.text).not.toContain('<b>192');
    expect(seen.text).toContain('href="/operator/fob/account/remove?serial=PF-1&amp;id=00c0ffee"');
    expect((await visitor.get('/operator/fob?serial=none')).status).toBe(404);
  }));

test('the list of fobs counts what each filter shows, and marks the shown one in words', () =>
  visited(async visitor => {
    const seen = await visitor.get('/operator/fobs?show=battery');
    const links = [...seen.text.matchAll(/<li><a href="\/operator\/fobs[^>]*>(.*?)<\/a>/g)].map(
      ([, link = '']) => plain(link).trim(),
    );
    expect(links).toContain('1 Battery low (shown)');
    expect(links).toContain('1 Lost');
    expect(links).toContain('1 Tasks open');
    expect(links.filter(link => link.endsWith('(shown)'))).toHaveLength(1);
    expect(seen.text).toContain('/operator/fob?serial=PF-1');
    expect(seen.text).not.toContain('/operator/fob?serial=PF-3');
    // An unknown filter shows everything.
    expect((await visitor.get('/operator/fobs?show=none')).text).toContain('/operator/fob?serial=PF-3');
  }));

test('a task is asked for with one audit row, is shown waiting, and is cancelled by its button', () =>
  visited(async (visitor, service) => {
    const rows = async () => (await service.office.audit()).acts.length;
    const before = await rows();
    const asked = await visitor.send('/operator/fob/set-clock', { serial: 'PF-3' });
    expect(asked.location).toBe('/operator/fob?serial=PF-3&done=fobTask');
    expect(await rows()).toBe(before + 1);
    const page = await visitor.get('/operator/fob?serial=PF-3&done=fobTask');
    expect(page.text).toContain(consoleTexts.done.fobTask);
    const id = (await openTasks(service, 'PF-3')).get('clock') ?? '';
    expect(page.text).toContain(`value="${id}"`);
    expect((await visitor.send('/operator/fob/task/cancel', { serial: 'PF-3', id })).status).toBe(303);
    expect(await rows()).toBe(before + 2);
    expect(await openTasks(service, 'PF-3')).toEqual(new Map());
    const again = await visitor.send('/operator/fob/task/cancel', { serial: 'PF-3', id });
    expect(again.status).toBe(422);
    expect(again.text).toContain('The task has ended');
  }));

test('the order and the names of accounts are taken from their forms, and wrong ones are refused at the field', () =>
  visited(async (visitor, service) => {
    const send = (path: string, fields: Record<string, string>) =>
      visitor.send(`/operator/fob/${path}`, { serial: 'PF-1', ...fields });
    expect((await visitor.get('/operator/fob/order?serial=PF-1')).text).toContain('0badf00d Without a name');
    expect((await send('order', { list: '0badf00d Without a name\r\n00c0ffee ACME' })).status).toBe(303);
    const wrong = await send('order', { list: 'neither' });
    expect(wrong.status).toBe(422);
    expect(wrong.text).toContain('aria-invalid="true"');
    expect((await send('account/rename', { id: '00c0ffee', issuer: 'A', label: 'B' })).status).toBe(303);
    expect((await send('account/rename', { id: '00c0ffee', issuer: 'A', label: '' })).status).toBe(422);
    expect((await visitor.get('/operator/fob/account/rename?serial=PF-1&id=deadbeef')).status).toBe(404);
    const rows = await service.office.store.db.selectFrom('fob_tasks').select(['kind', 'wanted']).execute();
    expect(rows).toContainEqual({ kind: 'order', wanted: '{"accounts":["0badf00d","00c0ffee"]}' });
    expect(rows).toContainEqual({ kind: 'rename-account', wanted: '{"issuer":"A","label":"B"}' });
  }));

test('erasing and taking back a fob and resetting its PIN ask for a fresh proof and change nothing before', () =>
  visited(async (visitor, service) => {
    service.clock.nowMs += accessLimits.reauthenticationMs;
    const before = (await service.office.audit()).acts.length;
    for (const act of ['erase', 'return', 'reset-pin']) {
      const { status, location } = await visitor.send(`/operator/fob/${act}`, { serial: 'PF-1' });
      expect([act, status]).toEqual([act, 303]);
      expect(location).toContain(
        `/operator/prove?to=${encodeURIComponent(`/operator/fob/${act}?serial=PF-1`)}`,
      );
    }
    // The selection of fobs survives the proof.
    const bulk = await visitor.send('/operator/fobs/tasks', { id: 'battery', what: 'clock' });
    expect(bulk.location).toContain(encodeURIComponent('/operator/fobs/tasks?id=battery'));
    expect((await service.office.audit()).acts).toHaveLength(before);
    expect((await visitor.send('/operator/fob/lost', { serial: 'PF-1' })).location).toContain('done=fobLost');
  }));

test('a job asks for one task on every fob of a filter', () =>
  visited(async (visitor, service) => {
    expect((await visitor.get('/operator/fobs/tasks?id=lost')).text).toContain(
      '<option value="lost" selected>',
    );
    const started = await visitor.send('/operator/fobs/tasks', { id: 'lost', what: 'require-pin' });
    expect(started.location).toMatch(/^\/operator\/job\?id=/);
    expect(await service.office.row('jobs', { kind: 'require-pin' })).toMatchObject({ total: 1 });
    expect((await visitor.send('/operator/fobs/tasks', { id: 'returned', what: 'clock' })).status).toBe(422);
  }));

test('the pages of a token and of its user lead to the fob', () =>
  visited(async visitor => {
    const user = await visitor.get('/operator/user?user=pia');
    const [, path = ''] = /href="(\/operator\/fob\?serial=[^"]+)"/.exec(user.text) ?? [];
    const fob = await visitor.get(path);
    expect(fob.status).toBe(200);
    const [, token = ''] = /href="(\/operator\/token\?serial=[^"]+)"/.exec(fob.text) ?? [];
    expect((await visitor.get(token)).text).toContain(`href="${path}"`);
  }));

test('an administrator hands a fob over by two forms: the file is on the first page only', () =>
  visited(async (visitor, { office }) => {
    const { db, keys } = office.management;
    const fob = await rowIn(db, 'fobs', { serial: 'PF-1' });
    await db.updateTable('tokens').set({ fob_id: null }).where('fob_id', '=', fob.id).execute();
    const password: string = secret('four words of a sentence');
    const refused = await visitor.send('/operator/fob/give', { serial: 'PF-1', password });
    expect(refused.status).toBe(422);
    expect(plain(refused.text)).toContain(texts.refusals.accounts_left);
    await db.deleteFrom('fob_accounts').where('fob_id', '=', fob.id).execute();
    await db.deleteFrom('fob_tasks').where('fob_id', '=', fob.id).execute();
    const short = await visitor.send('/operator/fob/give', { serial: 'PF-1', password: 'short' });
    expect(plain(short.text)).toContain(texts.refusals.bad_file_password);
    const made = await visitor.send('/operator/fob/give', { serial: 'PF-1', password });
    expect(made.status).toBe(200);
    const [, file = ''] =
      /href="data:application\/octet-stream;base64,([A-Za-z0-9+/=]+)"/.exec(made.text) ?? [];
    const bundle = await openInventoryFile(Buffer.from(file, 'base64'), password);
    const secrets = fobSecretsOf(keys, fob);
    const key = Buffer.from(secrets?.pairingKey ?? []).toString('base64');
    expect(bundle.fobs.map(one => one.secrets?.pairing_key)).toEqual([key]);
    for (const text of [password, key]) expect(made.text).not.toContain(text);
    expect(plain((await visitor.get('/operator/fob?serial=PF-1')).text)).toContain(
      consoleTexts.fobs.states.giving,
    );
    const done = await visitor.send('/operator/fob/given', { serial: 'PF-1' });
    expect(done.status).toBe(303);
    const after = plain((await visitor.get('/operator/fob?serial=PF-1&done=fobGiven')).text);
    expect(after).toContain(consoleTexts.fobs.states.handed_over);
    expect(after).toContain(consoleTexts.done.fobGiven);
  }));
