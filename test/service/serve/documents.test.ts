import { readFileSync } from 'node:fs';
import { processLimits } from '@passfob/service/base/limits/process';
import { helpOf } from 'passfob/cli/command-line';
import { expect, it } from 'vitest';

const text = readFileSync(new URL('../../../docs/operations.md', import.meta.url), 'utf8');

it('operations.md has the default port', () => {
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
