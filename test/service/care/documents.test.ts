import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { careKinds } from '@passfob/service/base/kinds';
import { careLimits } from '@passfob/service/base/limits/care';
import { permissions } from '@passfob/service/base/permissions';
import { careTexts } from '@passfob/service/base/texts/care';
import { type AskedKind, taskPermissions } from '@passfob/service/features/care/tasks';
import { expect, it } from 'vitest';
import { root } from '../../tidy/files.ts';

const page = readFileSync(join(root, 'docs/care.md'), 'utf8');

const ROLES: Readonly<Record<string, string>> = { admin: 'administrators', helpdesk: 'help desk' };

/** Returns the rows of a table of the page, without its head, cell by cell. */
function rowsOf(name: string): string[][] {
  const [, table = ''] = new RegExp(`<!-- care:${name} -->([\\s\\S]*?)<!-- /care -->`).exec(page) ?? [];
  const lines = table.split('\n').filter(line => line.startsWith('|'));
  return lines.slice(2).map(line =>
    line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim()),
  );
}

/** Names those who may ask for a task, as the page does. */
function askers(kind: string): string {
  if (!Object.hasOwn(taskPermissions, kind)) return '–';
  const { roles } = permissions[taskPermissions[kind as AskedKind]];
  return roles.map(role => ROLES[role]).join(', ');
}

it('docs/care.md lists every kind of task with its text, and who may ask for it', () => {
  const wanted = careKinds.map(kind => [careTexts.kinds[kind], `\`${kind}\``, askers(kind)]);
  expect(rowsOf('tasks').map(([text, name, , by]) => [text, name, by])).toEqual(wanted);
});

it('docs/care.md lists every reason for which a task waits or is refused, with its text', () => {
  const wanted = Object.entries(careTexts.messages).map(([name, text]) => [`\`${name}\``, text]);
  expect(rowsOf('messages')).toEqual(wanted);
});

it('docs/care.md has the limits of tasks and questions as they are', () => {
  expect(page).toContain(`at most ${careLimits.tasksOpenMax} tasks that wait`);
  expect(careLimits.putOffMs).toBe(24 * 3_600_000);
  expect(careLimits.holdAfterMs).toBe(60_000);
  expect(careLimits.clockHoldErrorMs).toBe(10_000);
});
