import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { isSlowFile } from '../runner/slow.ts';
import { broken, brokenByAll, type Defect } from './defect.ts';
import { MICROCONTROLLER } from './microcontroller.ts';
import { SERVICE } from './service.ts';
import { CHIPS, DEFECTS, FIRMWARE } from './table.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const textOf = (path: string) => readFileSync(join(root, path), 'utf8');

/** Of each kind at least: a table that shrinks proves less. */
const FIRMWARE_MIN = 20;
const CHIPS_MIN = 10;
const MICROCONTROLLER_MIN = 12;
const SERVICE_MIN = 60;

describe('the table of defects', () => {
  it('the table has defects of firmware, protocol, chips, the microcontroller and the service, and none under the name of another', () => {
    expect(FIRMWARE.length).toBeGreaterThanOrEqual(FIRMWARE_MIN);
    expect(CHIPS.length).toBeGreaterThanOrEqual(CHIPS_MIN);
    expect(MICROCONTROLLER.length).toBeGreaterThanOrEqual(MICROCONTROLLER_MIN);
    expect(SERVICE.length).toBeGreaterThanOrEqual(SERVICE_MIN);
    expect(FIRMWARE.filter(({ file }) => !/^(?:firmware|protocol)\//.test(file))).toEqual([]);
    expect(CHIPS.filter(({ file }) => !file.startsWith('simulator/board/chips/'))).toEqual([]);
    expect(MICROCONTROLLER.filter(({ file }) => !file.startsWith('emulator/'))).toEqual([]);
    expect(MICROCONTROLLER.filter(({ test }) => !test.startsWith('test/unit/emulator/'))).toEqual([]);
    expect(
      SERVICE.filter(({ file, test }) => !/^service\/.*:test\/service\//.test(`${file}:${test}`)),
    ).toEqual([]);
    expect(new Set(DEFECTS.map(({ name }) => name)).size).toBe(DEFECTS.length);
  });

  it('the code still has the place of each defect', () => {
    for (const defect of DEFECTS) expect(() => broken(defect, textOf(defect.file))).not.toThrow();
  });

  it('no two defects change the same place, so that the compiler can judge all at once', () => {
    for (const file of new Set(DEFECTS.map(defect => defect.file))) {
      const of = DEFECTS.filter(defect => defect.file === file);
      expect(() => brokenByAll(of, textOf(file))).not.toThrow();
    }
  });

  it('each defect has a quick file with the title of the test that must catch it', () => {
    for (const { name, test, title } of DEFECTS) {
      const isQuick = existsSync(join(root, test)) && !isSlowFile(test);
      // A quote in a title may be escaped.
      const isThere = isQuick && textOf(test).replaceAll("\\'", "'").includes(title);
      expect({ name, isQuick, isThere }).toEqual({ name, isQuick: true, isThere: true });
    }
  });
});

describe('a row of the table', () => {
  const row: Defect = {
    name: 'It adds.',
    file: 'a.ts',
    before: 'a - b',
    after: 'a + $&',
    test: '',
    title: '',
  };

  it('a row changes the only place that has its text', () => {
    expect(broken(row, 'let c = a - b;')).toBe('let c = a + $&;');
  });

  it.each([
    ['stands nowhere', 'let c = b - a;', {}, 'its text stands 0 times in a.ts, not once'],
    ['stands twice', 'a - b || a - b', {}, 'its text stands 2 times in a.ts, not once'],
    ['is empty', 'a - b', { before: '' }, 'its text stands 0 times in a.ts, not once'],
    ['is not changed', 'a - b', { after: 'a - b' }, 'it changes nothing'],
  ])('a row is refused whose text %s', (_, text, other, why) => {
    expect(() => broken({ ...row, ...other }, text)).toThrow(`"It adds.": ${why}`);
  });

  it('two rows are refused that change the same place', () => {
    const other = { ...row, name: 'It adds one.', before: '- b;', after: '+ 1;' };
    expect(() => brokenByAll([row, other], 'a - b;')).toThrow('"It adds one.": its text stands 0 times');
  });
});
