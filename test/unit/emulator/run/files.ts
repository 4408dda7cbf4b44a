import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../tools/tidy/files.ts';

/** The test files that need Espruino's own firmware, from the root: those that name the need for it. */
export function firmwareTests(): string[] {
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .map(name => join('test', name))
    .filter(name => /\bneeds(?:EspruinosArm|Firmware)\(/.test(readFileSync(join(root, name), 'utf8')))
    .sort();
}
