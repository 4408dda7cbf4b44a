import { expect } from 'vitest';
import { findPostgres } from '../kit/postgres-programs.ts';
import { itNeeds } from '../kit/tools.ts';

itNeeds(
  { name: 'PostgreSQL', found: findPostgres() },
  'the service’s tests run on PostgreSQL as well, as a project of their own',
  folder => expect(folder).not.toBe(''),
);
