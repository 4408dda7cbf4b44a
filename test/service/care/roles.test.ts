import { careKinds, type Role } from '@passfob/service/base/kinds';
import { type Action, may, permissions } from '@passfob/service/base/permissions';
import { careTexts } from '@passfob/service/base/texts/care';
import { careActions } from '@passfob/service/features/care/journal';
import { askedKinds, taskPermissions } from '@passfob/service/features/care/tasks';
import { expect, test } from 'vitest';
import { CareScene } from './kit.ts';

const DESK: readonly Action[] = ['fob.clock', 'fob.reset-pin', 'fob.power-loss', 'fob.lost', 'fob.found'];
const ADMIN: readonly Action[] = [
  'fob.policy',
  'fob.rename',
  'fob.order',
  'fob.remove-account',
  'fob.return',
  'fob.erase',
  'fob.retire',
  'fob.give',
];
const DANGEROUS: readonly Action[] = ['fob.reset-pin', 'fob.return', 'fob.erase', 'fob.retire', 'fob.give'];

test('the help desk sets clocks, resets PINs, acknowledges losses of power and reports fobs lost and found; administrators do everything else', () => {
  const ofFobs = (Object.keys(permissions) as Action[]).filter(action => action.startsWith('fob.'));
  expect([...ofFobs].sort()).toEqual([...DESK, ...ADMIN].sort());
  for (const action of ofFobs) {
    const roles = (['admin', 'helpdesk', 'auditor'] as Role[]).filter(role => may(role, action));
    expect([action, roles]).toEqual([action, DESK.includes(action) ? ['admin', 'helpdesk'] : ['admin']]);
    expect([action, permissions[action].dangerous]).toEqual([action, DANGEROUS.includes(action)]);
  }
});

test('an act on a fob needs the fresh proof that the same act on a token or a user needs', () => {
  const acts = ['fob.return', 'fob.retire', 'token.revoke', 'fob.reset-pin', 'token.temporary-code'] as const;
  for (const action of acts) expect([action, permissions[action].dangerous]).toEqual([action, true]);
});

test('every kind of task has a heading', () => {
  expect(Object.keys(careTexts.kinds).sort()).toEqual([...careKinds].sort());
});

test('every task that people may ask for needs a permission of fobs, under which the audit has it', async () => {
  await using scene = await CareScene.open();
  const { id } = await scene.account(undefined, 'spare');
  const more = {
    'remove-account': { account: id },
    'rename-account': { account: id, issuer: 'a', label: 'b' },
    order: { order: [id] },
  } as const;
  for (const kind of askedKinds) {
    expect(careActions[kind]).toBe(taskPermissions[kind]);
    await scene.ask({ kind, ...(kind in more && more[kind as keyof typeof more]) });
  }
  const asked = await scene.acts('asked');
  expect(asked.sort()).toEqual(askedKinds.map(kind => taskPermissions[kind]).sort());
});
