import { type CareKind, careKinds } from '@passfob/service/base/kinds';
import { permissions } from '@passfob/service/base/permissions';
import { careTexts } from '@passfob/service/base/texts/care';
import { locationOf, operationsOf } from '@passfob/service/http/api/describe/described';
import { whoMay } from '@passfob/service/http/api/describe/page';
import { settings } from '@passfob/service/node/configuration/settings';
import { permissionOfTask } from '@passfob/service/subjects/care/task-acts';
import { Bureau } from '../../../service/api/kit.ts';
import { samplesTable } from '../../../unit/formats/samples.ts';
import { tableOf } from '../../tidy/tables.ts';
import { keptCells, type MadePart } from './part.ts';

/** Every operation of a running service. */
async function operationsTable(): Promise<string> {
  await using bureau = await Bureau.open();
  const rows = operationsOf(bureau.routes).map(operation => [
    `\`${operation.method} ${locationOf(operation)}\``,
    operation.summary,
    operation.action === undefined ? '' : `\`${operation.action}\``,
    whoMay(operation),
  ]);
  return tableOf(['operation', 'what it does', 'permission', 'who'], rows);
}

/** Every measurement of a running service, as Prometheus reads it. */
async function metricsTable(): Promise<string> {
  await using bureau = await Bureau.open();
  const { text } = await bureau.ask('GET', '/metrics', await bureau.key('auditor'));
  const found = text.matchAll(/^# HELP (\w+) (.*)\n# TYPE \w+ (\w+)$/gm);
  const rows = [...found].map(([, name, help = '', type = '']) => [`\`${name}\``, type, help]);
  return tableOf(['measurement', 'type', 'of'], rows);
}

/** Every setting; its default is written by hand, because it is made where the setting is read. */
function settingsTable(previous: string): string {
  const defaultOf = keptCells(previous, [3]);
  const rows = Object.entries(settings).map(([name, { flag, variable, meaning }]) => {
    const [setting = '', ...ways] = [name, `--${flag}`, variable].map(word => `\`${word}\``);
    return [setting, ...ways, ...defaultOf(setting), meaning];
  });
  return tableOf(['setting', 'on the command line', 'in the environment', 'default', 'meaning'], rows);
}

const ROLES: Readonly<Record<string, string>> = { admin: 'administrators', helpdesk: 'help desk' };

/** Names those who may ask for a task. */
function askers(kind: CareKind): string {
  const permission = permissionOfTask(kind);
  return permission === undefined ? '–' : permissions[permission].roles.map(role => ROLES[role]).join(', ');
}

/** Every kind of task, with words of a person for why it comes and what it takes. */
function tasksTable(previous: string): string {
  const rows = careKinds.map(kind => {
    const text = careTexts.kinds[kind];
    const [why = '', ...rest] = keptCells(previous, [2, 4, 5])(text);
    return [text, `\`${kind}\``, why, askers(kind), ...rest];
  });
  return tableOf(['task', 'name', 'why', 'asked for by', 'hold', 'with a locked fob'], rows);
}

/** Every reason for which a task waits or is refused. */
function messagesTable(): string {
  const rows = Object.entries(careTexts.messages).map(([name, text]) => [`\`${name}\``, text]);
  return tableOf(['a task waits or was refused', 'what it says'], rows);
}

export const serviceParts: readonly MadePart[] = [
  { name: 'operations', make: operationsTable },
  { name: 'metrics', make: metricsTable },
  { name: 'settings', make: settingsTable },
  { name: 'care-tasks', make: tasksTable },
  { name: 'care-messages', make: messagesTable },
  {
    name: 'format-samples',
    make: () => tableOf(['written by', 'files', 'accounts compared'], samplesTable()),
  },
];
