import { type LockFile, lockOf } from '@passfob/firmware/build/parts/lock';
import { expect, it } from 'vitest';

const LOCK: LockFile = {
  '': { version: '1.0.0', devDependencies: { tool: '1.0.0' } },
  base: { name: '@ours/base', version: '1.0.0', dependencies: { shared: '^1.0.0' } },
  main: {
    name: 'main',
    version: '1.0.0',
    bin: { main: 'main.js' },
    dependencies: { '@ours/base': '1.0.0', parent: '1.0.0', shared: '^1.0.0' },
    devDependencies: { tool: '1.0.0' },
    peerDependencies: { extra: '1.0.0', needed: '1.0.0' },
    peerDependenciesMeta: { extra: { optional: true } },
  },
  'main/node_modules/shared': { version: '1.1.0', integrity: 'sha512-own' },
  'node_modules/@ours/base': { resolved: 'base', link: true },
  'node_modules/main': { resolved: 'main', link: true },
  'node_modules/extra': { version: '1.0.0', dev: true },
  'node_modules/needed': { version: '1.0.0', peer: true },
  'node_modules/parent': {
    version: '1.0.0',
    dependencies: { child: '2.0.0' },
    optionalDependencies: { rare: '1.0.0' },
  },
  'node_modules/parent/node_modules/child': { version: '2.0.0', dependencies: { shared: '^1.0.0' } },
  'node_modules/child': { version: '1.0.0', dev: true },
  'node_modules/rare': { version: '1.0.0', devOptional: true },
  'node_modules/shared': { version: '1.0.0' },
  'node_modules/tool': { version: '1.0.0', dev: true },
};

it('the lock of packed parts holds the packages that they need, in the locked versions, and none for development', () => {
  const project = { name: 'installation' };
  const tarballs = [
    { folder: 'base', name: '@ours/base', file: 'base.tgz', integrity: 'sha512-base' },
    { folder: 'main', name: 'main', file: 'main.tgz', integrity: 'sha512-main' },
  ];
  const lock = lockOf(LOCK, tarballs, project);
  expect(Object.fromEntries(Object.entries(lock).map(([path, { version }]) => [path, version]))).toEqual({
    '': undefined,
    'node_modules/@ours/base': '1.0.0',
    'node_modules/main': '1.0.0',
    'node_modules/main/node_modules/shared': '1.1.0',
    'node_modules/needed': '1.0.0',
    'node_modules/parent': '1.0.0',
    'node_modules/parent/node_modules/child': '2.0.0',
    'node_modules/rare': '1.0.0',
    'node_modules/shared': '1.0.0',
  });
  expect(lock['node_modules/main']).toMatchObject({
    resolved: 'file:main.tgz',
    integrity: 'sha512-main',
    bin: { main: 'main.js' },
  });
  expect(lock['node_modules/main']).not.toHaveProperty('devDependencies');
  expect(lock['node_modules/rare']).toEqual({ version: '1.0.0', optional: true });
});
