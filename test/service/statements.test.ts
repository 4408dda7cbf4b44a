import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { databaseLimits } from '@passfob/service/base/limits/database';
import { openStatements } from '@passfob/service/storage/sqlite/statements';
import { afterAll, expect, test } from 'vitest';

const directory = mkdtempSync(join(tmpdir(), 'passfob-statements-'));
afterAll(() => rmSync(directory, { recursive: true }));

test('any number of statements stays prepared while tables change under them', () => {
  const statements = openStatements(join(directory, 'kept.db'));
  const rowsOf = (text: string) => statements.run(text, [[]]).rows;
  statements.run('create table fruit (name text primary key)', [[]]);
  expect(statements.run('insert into fruit values (?)', [['apple'], ['pear']]).changes).toBe(2);
  expect(rowsOf('select * from fruit')).toEqual([{ name: 'apple' }, { name: 'pear' }]);
  statements.run("alter table fruit add column colour text default 'green'", [[]]);
  expect(rowsOf('select * from fruit')[0]).toEqual({ name: 'apple', colour: 'green' });
  for (let number = 0; number <= databaseLimits.sqliteStatementsKept; number++)
    expect(rowsOf(`select ${number} as number`)).toEqual([{ number }]);
  expect(
    statements.run('select name from fruit where name = ?', [['pear'], ['plum'], ['apple']]).rows,
  ).toEqual([{ name: 'pear' }, { name: 'apple' }]);
  expect(() => statements.run('insert into fruit (name) values (?)', [['fig'], ['fig']])).toThrow('UNIQUE');
  expect(rowsOf("select count(*) as count from fruit where name = 'fig'")).toEqual([{ count: 1 }]);
  statements.close();
});

test('a setting that takes effect during preparation takes effect at each run', () => {
  const statements = openStatements(join(directory, 'settings.db'));
  const keys = () => statements.run('pragma foreign_keys', [[]]).rows;
  for (const turn of [0, 1, 0, 1]) {
    statements.run(`pragma foreign_keys = ${turn}`, [[]]);
    expect(keys()).toEqual([{ foreign_keys: turn }]);
  }
  statements.close();
});
