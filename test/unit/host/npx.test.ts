import { asTyped, COMMAND_NAMES } from 'passfob/cli/base/terminal';
import { commandTable } from 'passfob/cli/table';
import { expect, it } from 'vitest';
import { passfobHere } from './kit/terminal.ts';

const NPX = { npm_command: 'exec', npm_lifecycle_event: 'npx', npm_lifecycle_script: 'passfob' };

it('started by npx, a text names its commands with npx, and changes nothing else', () => {
  const texts = {
    'Plug one in; passfob devices lists what is there.':
      'Plug one in; npx passfob devices lists what is there.',
    'Run: passfob --help': 'Run: npx passfob --help',
    'Start it: PASSFOB_HOME=./try passfob agent': 'Start it: PASSFOB_HOME=./try npx passfob agent',
    'Update passfob and the fob.': 'Update passfob and the fob.',
    'Run: npx passfob list, or /usr/bin/passfob list': 'Run: npx passfob list, or /usr/bin/passfob list',
  };
  for (const [text, typed] of Object.entries(texts)) {
    expect(asTyped(text, NPX)).toBe(typed);
    expect(asTyped(text, {})).toBe(text);
    // Another program of npx, such as a test runner, starts passfob by itself.
    expect(asTyped(text, { ...NPX, npm_lifecycle_script: 'vitest' })).toBe(text);
  }
});

it('every command is known to the texts of npx', async () => {
  expect([...new Set((await commandTable()).map(({ words }) => words.split(' ')[0]))].sort()).toEqual(
    [...COMMAND_NAMES].sort(),
  );
});

it('started by npx, an error names the command with npx, and its JSON names it without', async () => {
  const said = (...args: string[]) => passfobHere(args, { environment: NPX });
  expect((await said('lst')).stderr).toContain('Did you mean: npx passfob list?');
  expect((await said('lst', '--json')).json()).toMatchObject({
    error: { next: expect.stringContaining('Did you mean: passfob list?') },
  });
});
