import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';

const BINARIES = ['initdb', 'postgres'] as const;

/** Returns the folder of PostgreSQL's programs, or undefined where it is not installed. */
export function findPostgres(): string | undefined {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort().reverse() : [];
  const folders = [
    ...(process.env.PATH ?? '').split(delimiter),
    ...versions.map(version => join(debian, version, 'bin')),
  ];
  return folders.find(folder => BINARIES.every(name => existsSync(join(folder, name))));
}
