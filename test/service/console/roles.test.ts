import type { Role } from '@passfob/service/base/kinds';
import { type Action, may, permissions } from '@passfob/service/base/permissions';
import { expect, test } from 'vitest';
import { Rig } from '../kit.ts';
import { furnish, signedIn } from './kit.ts';
import { CALLER_CHECK, fillWorld, LOCAL_MAIL, RADIUS_CLIENT } from './world.ts';

/** Every page with a form and every button, with its action in `permissions.ts`. */
const acts: readonly (readonly [path: string, action: Action, subject?: Record<string, string>])[] = [
  ['/users/create', 'user.create'],
  ['/user/change', 'user.change', { user: 'ada' }],
  ['/user/password', 'user.set-password', { user: 'ada' }],
  ['/user/reset-pin', 'user.reset-pin', { user: 'ada' }],
  ['/user/disable', 'user.disable', { user: 'ada' }],
  ['/user/assign', 'token.assign', { user: 'ada' }],
  ['/user/code', 'token.temporary-code', { user: 'ada' }],
  ['/user/withdraw-code', 'token.temporary-code', { user: 'ada' }],
  ['/user/activate', 'activation.start', { user: 'ada' }],
  ['/tokens/issue', 'token.issue'],
  ['/token/assign', 'token.assign', { serial: 'INV-1' }],
  ['/token/reserve', 'token.assign', { serial: 'INV-1' }],
  ['/token/unassign', 'token.unassign', { serial: 'BOB-1' }],
  ['/token/suspend', 'token.suspend', { serial: 'BOB-1' }],
  ['/token/revoke', 'token.revoke', { serial: 'BOB-1' }],
  ['/token/rename', 'token.rename', { serial: 'BOB-1' }],
  ['/token/resync', 'token.resync', { serial: 'BOB-1' }],
  ['/token/repair-last-step', 'token.repair-last-step', { serial: 'BOB-1' }],
  ['/tokens/repair-last-steps', 'token.repair-last-step'],
  ['/fob/reset-pin', 'fob.reset-pin', { serial: 'PF-1' }],
  ['/fob/require-pin', 'fob.policy', { serial: 'PF-1' }],
  ['/fob/power-loss', 'fob.power-loss', { serial: 'PF-1' }],
  ['/fob/lost', 'fob.lost', { serial: 'PF-1' }],
  ['/fob/return', 'fob.return', { serial: 'PF-1' }],
  ['/fob/retire', 'fob.retire', { serial: 'PF-1' }],
  ['/fob/erase', 'fob.erase', { serial: 'PF-1' }],
  ['/fob/give', 'fob.give', { serial: 'PF-1' }],
  ['/fob/given', 'fob.give', { serial: 'PF-1' }],
  ['/fob/order', 'fob.order', { serial: 'PF-1' }],
  ['/fob/account/remove', 'fob.remove-account', { serial: 'PF-1', id: '00c0ffee' }],
  ['/fob/account/rename', 'fob.rename', { serial: 'PF-1', id: '00c0ffee' }],
  ['/fobs/tasks', 'job.run', { id: 'clock' }],
  ['/import', 'token.import'],
  ['/bulk', 'job.run'],
  ['/policies/create', 'policy.change'],
  ['/policy/change', 'policy.change', { id: 'eight digits' }],
  ['/policy/remove', 'policy.change', { id: 'eight digits' }],
  ['/applications/create', 'application.change'],
  ['/radius-clients/create', 'radius-client.change'],
  ['/radius-client/change', 'radius-client.change', { id: RADIUS_CLIENT }],
  ['/radius-client/secret', 'radius-client.change', { id: RADIUS_CLIENT }],
  ['/radius-client/remove', 'radius-client.change', { id: RADIUS_CLIENT }],
  ['/api-keys/create', 'api-key.change'],
  ['/user/ask-fob', 'activation.ask', { user: 'ada' }],
  ['/operators/add', 'operator.change'],
  ['/operator/role', 'operator.change', { user: 'hilda' }],
  ['/operator/disable', 'operator.change', { user: 'hilda' }],
  ['/operator/remove', 'operator.change', { user: 'hilda' }],
  ['/settings/change', 'settings.change'],
  ['/channels/mail', 'settings.change'],
  ['/channels/webhook', 'settings.change'],
  ['/channels/syslog', 'settings.change'],
  ['/mails/server/change', 'settings.change'],
  ['/mails/server/test', 'settings.change'],
  ['/mails/server/remove', 'settings.change'],
  ['/mail/open', 'mail.open', { id: LOCAL_MAIL }],
  ['/setup/admin', 'operator.change'],
];

const buttons: readonly (readonly [path: string, action: Action, subject: Record<string, string>])[] = [
  ['/user/unlock', 'user.unlock', { user: 'ada' }],
  ['/user/enable', 'user.enable', { user: 'gone' }],
  ['/user/caller', 'user.check-caller', { user: 'pia' }],
  ['/activation/resend', 'activation.resend', { id: 'none' }],
  ['/activation/revoke', 'activation.revoke', { id: 'none' }],
  ['/token/reactivate', 'token.reactivate', { serial: 'ADA-1' }],
  ['/fob/set-clock', 'fob.clock', { serial: 'PF-1' }],
  ['/fob/found', 'fob.found', { serial: 'PF-2' }],
  ['/fob/task/cancel', 'fob.clock', { serial: 'PF-1', id: 'none' }],
  ['/alert/acknowledge', 'alert.acknowledge', { id: '1' }],
  ['/job/pause', 'job.control', { id: 'none' }],
  ['/job/resume', 'job.control', { id: 'none' }],
  ['/job/cancel', 'job.control', { id: 'none' }],
  ['/audit/verify', 'audit.verify', {}],
];

const pages: readonly (readonly [path: string, action: Action])[] = [
  ['', 'read'],
  ['/users', 'read'],
  ['/user?user=ada', 'read'],
  [`/user/caller?user=pia&id=${CALLER_CHECK}`, 'read'],
  ['/activations', 'read'],
  ['/tokens', 'read'],
  ['/token?serial=ADA-1', 'read'],
  ['/jobs', 'read'],
  ['/fobs', 'read'],
  ['/fobs?show=clock', 'read'],
  ['/fob?serial=PF-1', 'read'],
  ['/fob?serial=PF-2', 'read'],
  ['/policies', 'read'],
  ['/applications', 'read'],
  ['/radius-clients', 'read'],
  ['/api-keys', 'read'],
  ['/operators', 'read'],
  ['/channels', 'read'],
  ['/mails', 'read'],
  ['/mails/server', 'read'],
  ['/settings', 'read'],
  ['/alerts', 'read'],
  ['/audit', 'audit.read'],
  ['/setup', 'operator.change'],
];

const hrefs = (text: string) =>
  [...text.matchAll(/(?:href|action)="\/operator([^"?]*)/g)].map(([, path = '']) => path);

test.each(['admin', 'helpdesk', 'auditor'] as const)(
  'the pages and acts of %s match the table of permissions',
  async (role: Role) => {
    await using rig = new Rig();
    const furnished = await furnish(rig);
    await using office = furnished.office;
    await fillWorld(furnished, rig.clock);
    const visitor = await signedIn(furnished, role, rig.clock);
    const shown = new Set<string>();
    for (const [path, action] of pages) {
      const seen = await visitor.get(`/operator${path}`);
      expect(seen.status, path).toBe(may(role, action) ? 200 : 403);
      if (seen.status === 200) for (const href of hrefs(seen.text)) shown.add(href);
    }
    for (const [path, action, subject = {}] of acts) {
      const query = new URLSearchParams(subject);
      const seen = await visitor.get(`/operator${path}?${query}`);
      expect(seen.status, path).toBe(may(role, action) ? 200 : 403);
      // A form without a valid subject is refused by role before anything else.
      if (!may(role, action))
        expect((await visitor.send(`/operator${path}`, subject)).status, path).toBe(403);
      if (!may(role, action)) expect(shown.has(path), `${path} is shown`).toBe(false);
    }
    const before = (await office.audit()).acts.length;
    for (const [path, action, subject] of buttons) {
      const { status } = await visitor.send(`/operator${path}`, subject);
      expect(status === 403, path).toBe(!may(role, action));
      if (!may(role, action)) expect(shown.has(path), `${path} is shown`).toBe(false);
    }
    if (role === 'auditor') expect((await office.audit()).acts).toHaveLength(before);
    expect(shown.has('/audit')).toBe(may(role, 'audit.read'));
  },
);

test.each(Object.keys(permissions) as Action[])('the permission %s guards a page or a button', action => {
  // Nothing is exported by the console, and bounces come from mail servers.
  const elsewhere: readonly Action[] = ['audit.rotate', 'metrics.read', 'token.export', 'mail.bounce'];
  const covered = [...acts, ...buttons, ...pages].some(([, about]) => about === action);
  expect(covered || elsewhere.includes(action)).toBe(true);
});

test('no form and no button does anything without the session’s own token', async () => {
  await using rig = new Rig();
  const furnished = await furnish(rig);
  await using office = furnished.office;
  await fillWorld(furnished, rig.clock);
  const visitor = await signedIn(furnished, 'admin', rig.clock);
  const before = (await office.audit()).acts;
  for (const [path, , subject = {}] of [...acts, ...buttons]) {
    const { status } = await visitor.send(`/operator${path}`, { ...subject, csrf: 'guessed' });
    // The import accepts multipart only, and reads nothing of another form.
    expect(status, path).toBe(path === '/import' ? 415 : 403);
  }
  const importForm = new FormData();
  importForm.set('csrf', 'guessed');
  importForm.set('file', new Blob(['user,serial']), 'users.csv');
  expect((await visitor.post('/operator/import', importForm)).status).toBe(403);
  expect((await office.audit()).acts).toEqual(before);
});
