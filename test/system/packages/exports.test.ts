import { expect, it } from 'vitest';
import { codeFiles } from '../../tools/tidy/files.ts';
import { partNamed } from './installed.ts';

/** What programs of others import. */
const PUBLIC = [
  ...['passfob/browser', 'passfob/client', 'passfob/protocol', 'passfob/simulator'],
  // The owner of a scenario.
  'passfob/commands/scenario-owner',
  // The build puts them in place of these packages.
  ...['passfob/third-party/kysely', 'passfob/third-party/undici'],
];
/** Parts that are built and import this package by its name. */
const USERS = /^(?:service|demo)\/.*\.ts$/;

it('host exports what is public and what the service and the demo import, and nothing else', () => {
  const imported = codeFiles
    .filter(({ path }) => USERS.test(path))
    .flatMap(({ text }) =>
      [...text.matchAll(/(?:from |import\()'(passfob\/[^']+)'/g)].map(([, name = '']) => name),
    );
  const exported = Object.entries(partNamed('host').exports)
    .filter(([, target]) => typeof target !== 'string' && target.default !== undefined)
    .map(([key]) => `passfob${key.slice(1)}`);
  expect(exported.filter(name => name.includes('*'))).toEqual([]);
  expect(exported.sort()).toEqual([...new Set([...PUBLIC, ...imported])].sort());
});
