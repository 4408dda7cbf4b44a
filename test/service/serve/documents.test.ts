import { readFileSync } from 'node:fs';
import { settings } from '@passfob/service/app/configuration/settings';
import { processLimits } from '@passfob/service/base/limits/process';
import { helpOf } from 'passfob/cli/command-line';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

const after = (marker: string) => text.slice(text.indexOf(marker));

it('operations.md names every setting, with its flag, variable and meaning', () => {
  const rows = after('<!-- settings -->').matchAll(
    /^\| `(\w+)` \| `--([\w-]+)` \| `(\w+)` \| .* \| (.*) \|$/gm,
  );
  const stated = [...rows].map(([, name, flag, variable, meaning]) => [name, flag, variable, meaning]);
  const defined = Object.entries(settings).map(([name, { flag, variable, meaning }]) => [
    name,
    flag,
    variable,
    meaning,
  ]);
  expect(stated).toEqual(defined);
  expect(text).toContain(`| \`${processLimits.servicePort}\` |`);
});

it('every command and option in operations.md exists', async () => {
  const commands = [
    ...text.matchAll(/(?<!-u )passfob (serve|service [a-z-]+|[a-z]+)((?: (?:--[a-z-]+|[^\s`-]\S*))*)/g),
  ]
    .map(([, command = '', rest = '']) => [command, rest.match(/--[a-z-]+/g) ?? []] as const)
    .filter(([command, options]) => options.length > 0 || /^serv/.test(command));
  expect(commands.length).toBeGreaterThan(15);
  const unknown: string[] = [];
  for (const [command, options] of commands) {
    const help = await helpOf(command.split(' '));
    if (!help.startsWith(`passfob ${command}`)) unknown.push(command);
    unknown.push(
      ...options.filter(option => !help.includes(`${option} `)).map(option => `${command} ${option}`),
    );
  }
  expect(unknown).toEqual([]);
});
