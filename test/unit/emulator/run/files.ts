import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../../../tools/tidy/files.ts';

/** Calls by which tests name their need for a firmware, by the variable that names it. */
const NEEDS: Readonly<Record<string, RegExp>> = {
  ESPRUINO_ARM: /\bneeds(?:EspruinosArm|Firmware|BoardFirmware)\(/,
  ESPRUINO_WIFI: /\bneedsBoardFirmware\(/,
  ESPRUINO_RP2040: /\bneedsRp2040\(/,
};

/** The test files that need a firmware of Espruino's own, from the root: those that name the need for one that is there. */
export function firmwareTests(environment: NodeJS.ProcessEnv): string[] {
  const needs = Object.keys(NEEDS).filter(name => environment[name]);
  return readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .filter(name => name.endsWith('.test.ts'))
    .map(name => join('test', name))
    .filter(name => {
      const text = readFileSync(join(root, name), 'utf8');
      return needs.some(need => NEEDS[need]?.test(text));
    })
    .sort();
}
